# Compiler settings, and the one way to declare a library: its arrows stand in DEPS.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(QUADRANT_CCACHE ccache)
if(QUADRANT_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros ${QUADRANT_CCACHE})
endif()

add_library(quadrant_options INTERFACE)
target_include_directories(quadrant_options INTERFACE ${CMAKE_SOURCE_DIR})
# GCC 12 reports "x" + std::string as overlapping memory (its bug 105651), hence no restrict check.
target_compile_options(quadrant_options INTERFACE -Wall -Wextra -Werror -Wno-restrict)
if(QUADRANT_FUZZ)
  # Another compiler with other warnings: GCC's are the ones that count.
  target_compile_options(quadrant_options INTERFACE -Wno-error
                         -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined)
  target_link_options(quadrant_options INTERFACE -fsanitize=address,undefined)
endif()
if(QUADRANT_SANITIZE)
  target_compile_options(quadrant_options INTERFACE -fsanitize=address,undefined
                         -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(quadrant_options INTERFACE -fsanitize=address,undefined)
endif()

# Most of a compilation is templates of libraries that every file uses: several files at once share
# them, which shortens a whole build. For work on single files: -DQUADRANT_UNITY=OFF.
function(quadrant_unity target)
  if(QUADRANT_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  endif()
endfunction()

# quadrant_library(NAME stats SOURCES a.cpp b.cpp DEPS core [LIBS fmt::fmt])
# declares the target quadrant_stats; DEPS are our own folders, LIBS other people's libraries.
# FILE_BY_FILE: its files have helpers of the same names and are never compiled together.
function(quadrant_library)
  cmake_parse_arguments(ARG "FILE_BY_FILE" "NAME" "SOURCES;DEPS;LIBS" ${ARGN})
  add_library(quadrant_${ARG_NAME} STATIC ${ARG_SOURCES})
  if(NOT ARG_FILE_BY_FILE)
    quadrant_unity(quadrant_${ARG_NAME})
  endif()
  list(TRANSFORM ARG_DEPS PREPEND quadrant_)
  target_link_libraries(quadrant_${ARG_NAME} PUBLIC quadrant_options ${ARG_DEPS} ${ARG_LIBS})
endfunction()

# quadrant_test(NAME stats LABEL unit SOURCES a_test.cpp DEPS stats): one doctest program. Labels:
# unit, or model when it needs one; release: test.sh runs it in the release build too.
function(quadrant_test)
  cmake_parse_arguments(ARG "" "NAME" "LABEL;SOURCES;DEPS;LIBS" ${ARGN})
  add_executable(test_${ARG_NAME} ${CMAKE_SOURCE_DIR}/tests/unit/main.cpp ${ARG_SOURCES})
  list(TRANSFORM ARG_DEPS PREPEND quadrant_)
  target_link_libraries(test_${ARG_NAME} PRIVATE quadrant_options ${ARG_DEPS} ${ARG_LIBS})
  # What is tested is compiled as in the product; the checks themselves compile a third faster so.
  target_compile_options(test_${ARG_NAME} PRIVATE $<$<CONFIG:Release>:-O1>)
  target_compile_definitions(test_${ARG_NAME} PRIVATE QUADRANT_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  add_test(NAME ${ARG_NAME} COMMAND test_${ARG_NAME})
  set_tests_properties(${ARG_NAME} PROPERTIES LABELS "${ARG_LABEL}")
endfunction()
