# Our own warnings; third-party headers are in system paths and exempt.
add_library(whydrop_warnings INTERFACE)
target_compile_options(whydrop_warnings INTERFACE -Wall -Wextra -Wconversion -Wshadow -Wswitch-enum -Wnon-virtual-dtor)
# In a batch a compiler takes a name of another source for a shadowed one; the dev preset holds this.
if(WHYDROP_BATCHED)
  target_compile_options(whydrop_warnings INTERFACE -Wno-shadow)
endif()
if(WHYDROP_WERROR)
  target_compile_options(whydrop_warnings INTERFACE -Werror)
endif()
