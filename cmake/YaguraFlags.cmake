# Warnings, hardening and sanitizers live on this one interface target; nothing is set globally.
add_library(yagura_flags INTERFACE)
add_library(yagura::flags ALIAS yagura_flags)

target_compile_options(yagura_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wnull-dereference -Wdouble-promotion -Wformat=2 -Wimplicit-fallthrough
  -fno-omit-frame-pointer)
if(YAGURA_WERROR)
  target_compile_options(yagura_flags INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # A designated initialiser leaves the other members to their defaults on purpose.
  target_compile_options(yagura_flags INTERFACE -Wno-missing-field-initializers)
  # GCC 12 reports these falsely on inlined standard containers (GCC bugs 105329, 105651, 104336).
  target_compile_options(yagura_flags INTERFACE
    -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds
    -Wno-null-dereference -Wno-maybe-uninitialized -Wno-dangling-pointer)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # A designated initialiser leaves the other members to their defaults on purpose.
  # libstdc++ 12 makes std::stable_sort with std::get_temporary_buffer, which C++17 deprecates; GCC itself is silent.
  target_compile_options(yagura_flags INTERFACE -Wno-missing-designated-field-initializers
                                                -Wno-deprecated-declarations)
endif()

target_include_directories(yagura_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)

if(YAGURA_SANITIZE)
  target_compile_options(yagura_flags INTERFACE -fsanitize=${YAGURA_SANITIZE}
                                                -fno-sanitize-recover=all)
  target_link_options(yagura_flags INTERFACE -fsanitize=${YAGURA_SANITIZE})
endif()
if(YAGURA_FUZZ)
  target_compile_options(yagura_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_definitions(yagura_flags INTERFACE _GLIBCXX_ASSERTIONS)
else()
  target_compile_options(yagura_flags INTERFACE -fstack-protector-strong)
  if(NOT YAGURA_SANITIZE)
    target_compile_options(yagura_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # All code is position independent (libyagura_waf.so.1): without this GCC calls what it could inline. clang never does.
    target_compile_options(yagura_flags INTERFACE -fno-semantic-interposition)
  endif()
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64")
    target_compile_options(yagura_flags INTERFACE -fcf-protection)
  endif()
  target_link_options(yagura_flags INTERFACE -Wl,-z,relro,-z,now)
endif()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(YAGURA_CCACHE ccache)
if(YAGURA_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${YAGURA_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${YAGURA_CCACHE})
endif()
