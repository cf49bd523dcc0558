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
add_compile_options("SHELL:-Xclang -fno-pch-timestamp")  # or no compiler cache is ever hit

if(JZ_SANITIZE)
  # Unoptimised: building takes longer than testing, and this halves it. Of the checks only what reports need: null
  # pointers end in one of the address sanitizer anyway, and that check with those of alignment and vptr is dear.
  set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
  add_compile_options(-fsanitize=${JZ_SANITIZE} -fno-sanitize=null,alignment,vptr -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${JZ_SANITIZE})
endif()

option(JZ_FUZZ "Build the libFuzzer targets of tests/unit/fuzz" OFF)
if(JZ_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)  # the parsers too, or the fuzzer would be blind
endif()

# Applied to our own targets only; generated code is compiled without them.
set(JZ_WARNINGS -Wall -Wextra -Werror -Wnon-virtual-dtor -Woverloaded-virtual)
# The tests' own code: half the time to compile. What they test is built as it runs in the field.
set(JZ_TEST_OPTIONS -O0)
