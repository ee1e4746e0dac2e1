# yagura_grpc(NAME FILE.proto)
#
# Makes the library NAME of the code that protoc and gRPC's plugin generate for messages and services of FILE.proto, to be
# included as FILE.pb.h and FILE.grpc.pb.h. The generated code is not ours: it is compiled without our warnings.
function(yagura_grpc name file)
  find_package(Protobuf REQUIRED)
  pkg_check_modules(GRPCPP REQUIRED IMPORTED_TARGET grpc++)
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
  target_link_libraries(${name} PUBLIC PkgConfig::GRPCPP protobuf::libprotobuf)
  target_compile_options(${name} PRIVATE -w)
endfunction()
