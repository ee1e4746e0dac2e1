# What the generated code stands on: PkgConfig::GRPCPP and protobuf. As shared libraries these are fifty, and every start of
# the program, `yagura image` included, pays for finding and binding them: a third of 20 ms. So they are linked from their
# archives, in release builds and where Debian's packages have all of them.
option(YAGURA_STATIC_GRPC "Link gRPC from its archives in release builds" ON)
function(yagura_grpc_runtime)
  if(TARGET yagura_grpc_runtime)
    return()
  endif()
  add_library(yagura_grpc_runtime INTERFACE)
  set(archives)
  set(others)
  foreach(name IN LISTS GRPCPP_STATIC_LIBRARIES ITEMS protobuf)
    if(name MATCHES "^(absl_.*|address_sorting|gpr|grpc|grpc\\+\\+|protobuf|upb)$")
      string(MAKE_C_IDENTIFIER ${name} id)
      find_library(YAGURA_ARCHIVE_${id} lib${name}.a HINTS ${GRPCPP_STATIC_LIBRARY_DIRS})
      mark_as_advanced(YAGURA_ARCHIVE_${id})
      list(APPEND archives ${YAGURA_ARCHIVE_${id}})
    else()
      list(APPEND others ${name})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES archives)
  list(REMOVE_DUPLICATES others)
  if(YAGURA_STATIC_GRPC AND CMAKE_BUILD_TYPE STREQUAL "Release" AND archives AND NOT archives MATCHES "NOTFOUND")
    list(JOIN archives "," group)
    target_link_libraries(yagura_grpc_runtime INTERFACE "$<LINK_GROUP:RESCAN,${group}>" ${others})
  else()
    target_link_libraries(yagura_grpc_runtime INTERFACE PkgConfig::GRPCPP protobuf::libprotobuf)
  endif()
endfunction()

# yagura_grpc(NAME FILE.proto)
#
# Makes the library NAME of the code that protoc and gRPC's plugin generate for messages and services of FILE.proto, to be
# included as FILE.pb.h and FILE.grpc.pb.h. The generated code is not ours: it is compiled without our warnings.
function(yagura_grpc name file)
  find_package(Protobuf REQUIRED)
  pkg_check_modules(GRPCPP REQUIRED IMPORTED_TARGET grpc++)
  yagura_grpc_runtime()
  find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)
  cmake_path(GET file STEM stem)
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/generated)
  set(proto ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  set(sources ${generated}/${stem}.pb.cc ${generated}/${stem}.grpc.pb.cc)
  add_custom_command(
    OUTPUT ${sources} ${generated}/${stem}.pb.h ${generated}/${stem}.grpc.pb.h
    COMMAND ${CMAKE_COMMAND} -E make_directory ${generated}
    COMMAND protobuf::protoc --cpp_out=${generated} --grpc_out=${generated}
            --plugin=protoc-gen-grpc=${GRPC_CPP_PLUGIN} -I${CMAKE_CURRENT_SOURCE_DIR} ${proto}
    DEPENDS ${proto} VERBATIM)
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} SYSTEM PUBLIC ${generated})
  target_link_libraries(${name} PUBLIC yagura_grpc_runtime)
  target_compile_options(${name} PRIVATE -w)
endfunction()
