/* What nginx looks for in a dynamic module (its build writes such a file itself): the modules in
 * it, and that this one stands just below the copy filter, so that its filters run right behind it.
 */
#include <ngx_config.h>
/* nginx's headers need this order. */
#include <ngx_core.h>

extern ngx_module_t ngx_http_yagura_module;
extern ngx_module_t* ngx_modules[];
extern char* ngx_module_names[];
extern char* ngx_module_order[];

static char module_name[] = "ngx_http_yagura_module";
static char copy_filter_name[] = "ngx_http_copy_filter_module";

ngx_module_t* ngx_modules[] = {&ngx_http_yagura_module, NULL};
char* ngx_module_names[] = {module_name, NULL};
char* ngx_module_order[] = {module_name, copy_filter_name, NULL};
