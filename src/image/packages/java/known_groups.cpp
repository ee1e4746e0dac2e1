#include "image/packages/java/known_groups.hpp"

#include <array>
#include <utility>

// Coordinates as the artifacts are published on Maven Central. Longer prefixes stand first: the
// first that fits counts. A trailing "*" fits any rest.

namespace yagura::image {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 78> kGroups{{
    {"spring-boot*", "org.springframework.boot"},
    {"spring-security-oauth2-autoconfigure", "org.springframework.security.oauth.boot"},
    {"spring-security-*", "org.springframework.security"},
    {"spring-data-*", "org.springframework.data"},
    {"spring-cloud-function-*", "org.springframework.cloud"},
    {"spring-cloud-*", "org.springframework.cloud"},
    {"spring-session-*", "org.springframework.session"},
    {"spring-batch-*", "org.springframework.batch"},
    {"spring-integration-*", "org.springframework.integration"},
    {"spring-kafka", "org.springframework.kafka"},
    {"spring-amqp", "org.springframework.amqp"},
    {"spring-rabbit", "org.springframework.amqp"},
    {"spring-ws-*", "org.springframework.ws"},
    {"spring-hateoas", "org.springframework.hateoas"},
    {"spring-retry", "org.springframework.retry"},
    {"spring-plugin-core", "org.springframework.plugin"},
    {"spring-ldap-core", "org.springframework.ldap"},
    {"spring-web", "org.springframework"},
    {"spring-webmvc", "org.springframework"},
    {"spring-webflux", "org.springframework"},
    {"spring-websocket", "org.springframework"},
    {"spring-messaging", "org.springframework"},
    {"spring-core", "org.springframework"},
    {"spring-beans", "org.springframework"},
    {"spring-context*", "org.springframework"},
    {"spring-aop", "org.springframework"},
    {"spring-aspects", "org.springframework"},
    {"spring-expression", "org.springframework"},
    {"spring-jcl", "org.springframework"},
    {"spring-jdbc", "org.springframework"},
    {"spring-jms", "org.springframework"},
    {"spring-orm", "org.springframework"},
    {"spring-oxm", "org.springframework"},
    {"spring-tx", "org.springframework"},
    {"spring-r2dbc", "org.springframework"},
    {"spring-test", "org.springframework"},
    {"tomcat-embed-*", "org.apache.tomcat.embed"},
    {"tomcat-*", "org.apache.tomcat"},
    {"lucene-*", "org.apache.lucene"},
    {"kafka-clients", "org.apache.kafka"},
    {"kafka-streams", "org.apache.kafka"},
    {"groovy*", "org.codehaus.groovy"},
    {"kotlin-*", "org.jetbrains.kotlin"},
    {"kotlinx-coroutines-*", "org.jetbrains.kotlinx"},
    {"okhttp", "com.squareup.okhttp3"},
    {"okio*", "com.squareup.okio"},
    {"retrofit", "com.squareup.retrofit2"},
    {"hibernate-validator*", "org.hibernate.validator"},
    {"hibernate-core*", "org.hibernate"},
    {"hibernate-entitymanager", "org.hibernate"},
    {"micrometer-tracing*", "io.micrometer"},
    {"micrometer-*", "io.micrometer"},
    {"reactor-core", "io.projectreactor"},
    {"reactor-netty*", "io.projectreactor.netty"},
    {"rxjava", "io.reactivex.rxjava3"},
    {"bcprov-*", "org.bouncycastle"},
    {"bcpkix-*", "org.bouncycastle"},
    {"bcutil-*", "org.bouncycastle"},
    {"bcpg-*", "org.bouncycastle"},
    {"h2", "com.h2database"},
    {"derby*", "org.apache.derby"},
    {"mysql-connector-java", "mysql"},
    {"mysql-connector-j", "com.mysql"},
    {"postgresql", "org.postgresql"},
    {"xercesImpl", "xerces"},
    {"xalan", "xalan"},
    {"log4j", "log4j"},
    {"commons-collections", "commons-collections"},
    {"dom4j", "dom4j"},
    {"jdom", "org.jdom"},
    {"ant", "org.apache.ant"},
    {"velocity", "org.apache.velocity"},
    {"elasticsearch*", "org.elasticsearch"},
    {"opensearch*", "org.opensearch"},
    {"graphql-java", "com.graphql-java"},
    {"aspectjweaver", "org.aspectj"},
    {"aspectjrt", "org.aspectj"},
    {"aopalliance", "aopalliance"},
}};

}  // namespace

std::string_view known_group(std::string_view artifact) {
  for (const auto& [pattern, group] : kGroups) {
    const bool fits = pattern.ends_with('*')
                          ? artifact.starts_with(pattern.substr(0, pattern.size() - 1))
                          : artifact == pattern;
    if (fits) return group;
  }
  return {};
}

}  // namespace yagura::image
