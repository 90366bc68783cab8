# How sources are compiled: most of a build's time went into parsing the same headers again.

# whydrop_precompiled(TARGET): the target is compiled with lib/base/precompiled.hpp. The first one that asks makes it.
function(whydrop_precompiled target)
  if(target STREQUAL whydrop_base)
    target_precompile_headers(${target} PRIVATE ${PROJECT_SOURCE_DIR}/lib/base/precompiled.hpp)
  else()
    target_precompile_headers(${target} REUSE_FROM whydrop_base)
  endif()
endfunction()

# whydrop_hot(MODULE SOURCE…): sources that an optimised build compiles with -O3. A precompiled header serves one level only.
function(whydrop_hot module)
  if(NOT CMAKE_BUILD_TYPE STREQUAL Release)
    return()
  endif()
  list(TRANSFORM ARGN PREPEND ${module}/ OUTPUT_VARIABLE sources)
  set_source_files_properties(${sources} PROPERTIES COMPILE_OPTIONS -O3 SKIP_PRECOMPILE_HEADERS ON)
endfunction()
