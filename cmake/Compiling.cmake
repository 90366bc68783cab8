# How sources are compiled: most of a build's time went into parsing the same headers again.

# whydrop_precompiled(TARGET): the target is compiled with lib/base/precompiled.hpp. The first one that asks makes it.
function(whydrop_precompiled target)
  if(target STREQUAL whydrop_base)
    target_precompile_headers(${target} PRIVATE ${PROJECT_SOURCE_DIR}/lib/base/precompiled.hpp)
  else()
    target_precompile_headers(${target} REUSE_FROM whydrop_base)
  endif()
endfunction()

# whydrop_batched(TARGET): an optimised or sanitized build compiles the target's sources as one, so that its headers are parsed and
# its templates instantiated once. Names that are local to a source are therefore unique in a module. The dev preset compiles
# each source by itself, for a short way from a change to its test.
function(whydrop_batched target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${WHYDROP_BATCHED} UNITY_BUILD_BATCH_SIZE 0)
  if(WHYDROP_BATCHED AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # In a batch gcc takes a source for a header, whose types several sources would see.
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
endfunction()

# whydrop_cold(TARGET): the target is compiled with -O1 in an optimised build, and without the precompiled header, which serves one
# level only; in any other build it is as all are.
function(whydrop_cold target)
  if(CMAKE_BUILD_TYPE STREQUAL Release)
    target_compile_options(${target} PRIVATE -O1)
  else()
    whydrop_precompiled(${target})
  endif()
endfunction()

# whydrop_hot(MODULE SOURCE…): sources that an optimised build compiles with -O3. A precompiled header serves one level only.
function(whydrop_hot module)
  if(NOT CMAKE_BUILD_TYPE STREQUAL Release)
    return()
  endif()
  list(TRANSFORM ARGN PREPEND ${module}/ OUTPUT_VARIABLE sources)
  set_source_files_properties(${sources} PROPERTIES COMPILE_OPTIONS -O3 SKIP_PRECOMPILE_HEADERS ON
    SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
