# yagura_library(NAME [SRCS …] [HDRS …] [DEPS …] [PRIVATE_DEPS …] [TESTS …] [TEST_DEPS …])
#
# Makes the target yagura_NAME with the alias yagura::NAME. HDRS are public: each of them is compiled
# alone by the target all_verify_interface_header_sets. TESTS become one GoogleTest binary
# NAME_test whose cases ctest knows as NAME.Suite.Case, labelled `unit`.

# What ThreadSanitizer leaves out, and the program that names functions for it.
if(YAGURA_SANITIZE STREQUAL "thread")
  find_program(YAGURA_SYMBOLIZER NAMES llvm-symbolizer-19 llvm-symbolizer)
  set(YAGURA_TEST_ENVIRONMENT
      "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/tsan.supp:external_symbolizer_path=${YAGURA_SYMBOLIZER}")
endif()
function(yagura_library name)
  cmake_parse_arguments(ARG "" "" "SRCS;HDRS;DEPS;PRIVATE_DEPS;TESTS;TEST_DEPS" ${ARGN})
  set(target yagura_${name})
  add_library(${target} STATIC ${ARG_SRCS})
  add_library(yagura::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${CMAKE_SOURCE_DIR}/src FILES ${ARG_HDRS})
  target_link_libraries(${target} PUBLIC yagura::flags ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
  if(YAGURA_TESTS AND ARG_TESTS)
    add_executable(${name}_test ${ARG_TESTS})
    target_link_libraries(${name}_test PRIVATE yagura::${name} ${ARG_TEST_DEPS} GTest::gtest_main
                                               GTest::gmock)
    target_compile_definitions(${name}_test PRIVATE
      YAGURA_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    gtest_discover_tests(${name}_test TEST_PREFIX "${name}." PROPERTIES LABELS unit
                         ENVIRONMENT "${YAGURA_TEST_ENVIRONMENT}" DISCOVERY_TIMEOUT 120)
  endif()
endfunction()
