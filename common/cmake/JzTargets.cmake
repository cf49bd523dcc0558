# jz_use_precompiled(name header-target): see common/precompiled.
function(jz_use_precompiled name from)
  if(JZ_PRECOMPILED)
    target_precompile_headers(${name} REUSE_FROM ${from})
  endif()
endfunction()

# jz_library(name SOURCES a.cc ... DEPS ...): one target per folder.
function(jz_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_compile_options(${name} PRIVATE ${JZ_WARNINGS})
  target_link_libraries(${name} PUBLIC ${ARG_DEPS})
  jz_use_precompiled(${name} jz_precompiled)
endfunction()

# jz_binary(name SOURCES ... DEPS ... [PRECOMPILED header-target])
function(jz_binary name)
  cmake_parse_arguments(ARG "" "PRECOMPILED" "SOURCES;DEPS" ${ARGN})
  if(NOT ARG_PRECOMPILED)
    set(ARG_PRECOMPILED jz_precompiled)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_compile_options(${name} PRIVATE ${JZ_WARNINGS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  jz_use_precompiled(${name} ${ARG_PRECOMPILED})
endfunction()

# The tests that also run under the sanitizers: unit, store and rpc.
add_custom_target(sanitized_tests)

# jz_test(name LABEL unit|store|rpc|... SOURCES ... DEPS ... [TIMEOUT seconds])
function(jz_test name)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "SOURCES;DEPS" ${ARGN})
  jz_binary(${name} SOURCES ${ARG_SOURCES} DEPS ${ARG_DEPS} GTest::gmock GTest::gtest_main
    PRECOMPILED jz_precompiled_tests)
  target_compile_options(${name} PRIVATE ${JZ_TEST_OPTIONS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  if(JZ_SANITIZE)
    math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * 3")
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set(environment "JZ_BIN_DIR=${CMAKE_BINARY_DIR}/bin;JZ_SOURCE_DIR=${CMAKE_SOURCE_DIR}")
  if(JZ_SANITIZE STREQUAL "thread")
    # What the sanitizer reports inside Debian's uninstrumented libraries; nothing of ours is listed there.
    list(APPEND environment "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/support/tsan.supp")
  elseif(JZ_SANITIZE)
    list(APPEND environment "LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/support/lsan.supp")
  endif()
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT}
    ENVIRONMENT "${environment}")
  if(ARG_LABEL MATCHES "^(unit|store|rpc)$")
    add_dependencies(sanitized_tests ${name})
  endif()
endfunction()

# jz_embed_sql(target namespace dir): makes `jz::<namespace>::Migrations()` from dir/*.sql.
# The function returns std::vector<sql::Migration>, in file-name order; see common/sql/migrate.h.
function(jz_embed_sql target namespace dir)
  file(GLOB sql_files CONFIGURE_DEPENDS ${dir}/*.sql)
  list(SORT sql_files)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${target}_migrations.cc)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DNAMESPACE=${namespace} "-DFILES=${sql_files}"
            -P ${CMAKE_SOURCE_DIR}/common/cmake/EmbedSql.cmake
    DEPENDS ${sql_files} ${CMAKE_SOURCE_DIR}/common/cmake/EmbedSql.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()

# jz_embed_text(target namespace Function file): makes `absl::string_view <namespace>::Function()`, the text of a data
# file. Declare it where it is used.
function(jz_embed_text target namespace name file)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${target}_${name}.cc)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DNAMESPACE=${namespace} -DFUNCTION=${name} -DFILE=${file}
            -P ${CMAKE_SOURCE_DIR}/common/cmake/EmbedText.cmake
    DEPENDS ${file} ${CMAKE_SOURCE_DIR}/common/cmake/EmbedText.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
