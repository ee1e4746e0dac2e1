# yagura_bench(PART_NAME SRCS … DEPS …): a program bench_PART_NAME that prints one JSON line a figure:
# {"name":…,"unit":…,"ours":…,"peer":{"name":…,"value":…}|null,"ratio":…|null}. scripts/bench runs them.
function(yagura_bench name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  if(YAGURA_BENCH)
    add_executable(bench_${name} ${ARG_SRCS})
    target_link_libraries(bench_${name} PRIVATE ${ARG_DEPS})
    target_include_directories(bench_${name} PRIVATE ${CMAKE_SOURCE_DIR}/bench)
  endif()
endfunction()
