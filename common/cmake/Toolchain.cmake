set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
# All code of all targets alike, so that one precompiled header serves them: there are no shared libraries.
add_compile_options(-fPIE -pthread)
add_link_options(-pie)

set(JZ_SANITIZE "" CACHE STRING "Value for -fsanitize=, for example address,undefined")

# A release build keeps asserts of the standard library and line tables: a stack trace from the
# field must name lines, and the cost was not measurable.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG -D_GLIBCXX_ASSERTIONS")
set(CMAKE_CXX_FLAGS_DEBUG "-Og -g1")

add_compile_options(-fdiagnostics-color=auto)
add_link_options(-fuse-ld=mold)

if(JZ_SANITIZE)
  # What a report needs and no more: the sanitizer builds are half of CI's time from a cold cache. Null pointers end in
  # a report of the address sanitizer anyway; that check with those of alignment and vptr doubles the time to compile.
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
  add_compile_options(-fsanitize=${JZ_SANITIZE} -fno-sanitize=null,alignment,vptr -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${JZ_SANITIZE})
endif()

option(JZ_FUZZ "Build the libFuzzer targets of tests/unit/fuzz (clang only)" OFF)
if(JZ_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)  # the parsers too, or the fuzzer would be blind
endif()

# Applied to our own targets only; generated code is compiled without them.
set(JZ_WARNINGS -Wall -Wextra -Werror -Wnon-virtual-dtor -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND JZ_WARNINGS -Wshadow=local)  # unknown to clang, which builds the fuzz targets
endif()
# What GCC 12 says of std::string and std::variant once it optimises and the standard library comes from a precompiled
# header: false, and the sanitizers find the true ones.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND JZ_WARNINGS -Wno-maybe-uninitialized -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow
    -Wno-stringop-overread)
endif()
