# yagura_fuzz(NAME SRC file.cpp DEPS …)
#
# Builds fuzz_NAME. With YAGURA_FUZZ (clang) it is a libFuzzer target; in every other configuration it
# links a plain main that replays files, and ctest replays fuzz/corpus/NAME, so that no target rots.
function(yagura_fuzz name)
  cmake_parse_arguments(ARG "" "SRC" "DEPS" ${ARGN})
  set(target fuzz_${name})
  if(YAGURA_FUZZ)
    add_executable(${target} ${ARG_SRC})
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  else()
    add_executable(${target} ${ARG_SRC} ${CMAKE_SOURCE_DIR}/fuzz/replay_main.cpp)
  endif()
  target_link_libraries(${target} PRIVATE ${ARG_DEPS})
  if(YAGURA_TESTS)
    add_test(NAME fuzz.${name} COMMAND ${target} ${CMAKE_SOURCE_DIR}/fuzz/corpus/${name})
    set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz
                         SKIP_REGULAR_EXPRESSION "skipped: no corpus")
  endif()
endfunction()
