# Our own warnings; third-party headers are in system paths and exempt.
add_library(whydrop_warnings INTERFACE)
target_compile_options(whydrop_warnings INTERFACE -Wall -Wextra -Wconversion -Wshadow -Wswitch-enum -Wnon-virtual-dtor)
# In a batch clang takes a constant of another source for a shadowed one; the other presets hold this.
if(WHYDROP_BATCHED AND CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_compile_options(whydrop_warnings INTERFACE -Wno-shadow)
endif()
if(WHYDROP_WERROR)
  target_compile_options(whydrop_warnings INTERFACE -Werror)
endif()
