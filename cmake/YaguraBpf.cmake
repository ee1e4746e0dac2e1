# yagura_bpf(NAME SRC file.bpf.c [HDRS …])
#
# Compiles a kernel program for the BPF target (CO-RE: no headers of any kernel) and makes the library
# yagura::bpf_NAME, which carries libbpf's skeleton "NAME.skel.h" and links libbpf. The one object runs on all kernels with BTF.
find_program(YAGURA_BPF_CLANG NAMES clang-19 clang-16 clang REQUIRED)
find_program(YAGURA_BPF_STRIP NAMES llvm-strip-19 llvm-strip-16 llvm-strip llvm-strip-14)
find_program(YAGURA_BPFTOOL NAMES bpftool PATHS /usr/sbin REQUIRED)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  set(YAGURA_BPF_ARCH arm64)
else()
  set(YAGURA_BPF_ARCH x86)
endif()

function(yagura_bpf name)
  cmake_parse_arguments(ARG "" "SRC" "HDRS" ${ARGN})
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}.bpf.o)
  set(skeleton ${CMAKE_CURRENT_BINARY_DIR}/${name}.skel.h)
  set(source ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_SRC})
  list(TRANSFORM ARG_HDRS PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  set(strip true)
  if(YAGURA_BPF_STRIP)
    set(strip ${YAGURA_BPF_STRIP} -g ${object})
  endif()
  add_custom_command(
    OUTPUT ${object} ${skeleton}
    COMMAND ${YAGURA_BPF_CLANG} -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Werror -Wno-unused-parameter
            -D__TARGET_ARCH_${YAGURA_BPF_ARCH} -I${CMAKE_SOURCE_DIR}/src -I/usr/include/${CMAKE_LIBRARY_ARCHITECTURE}
            -c ${source} -o ${object}
    COMMAND ${strip}
    COMMAND ${YAGURA_BPFTOOL} gen skeleton ${object} name ${name}_bpf > ${skeleton}
    DEPENDS ${source} ${ARG_HDRS} ${CMAKE_SOURCE_DIR}/src/sensor/record/record.h
    COMMENT "BPF ${name}" VERBATIM)
  add_custom_target(yagura_bpf_${name}_object DEPENDS ${skeleton})
  add_library(yagura_bpf_${name} INTERFACE)
  add_library(yagura::bpf_${name} ALIAS yagura_bpf_${name})
  add_dependencies(yagura_bpf_${name} yagura_bpf_${name}_object)
  # A system header: libbpf's skeletons are C and warn by our rules.
  target_include_directories(yagura_bpf_${name} SYSTEM INTERFACE ${CMAKE_CURRENT_BINARY_DIR})
  target_link_libraries(yagura_bpf_${name} INTERFACE PkgConfig::LIBBPF)
endfunction()
