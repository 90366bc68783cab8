# Our own warnings; third-party headers are in system paths and exempt.
add_library(whydrop_warnings INTERFACE)
target_compile_options(whydrop_warnings INTERFACE -Wall -Wextra -Wconversion -Wshadow -Wswitch-enum -Wnon-virtual-dtor)
if(WHYDROP_WERROR)
  target_compile_options(whydrop_warnings INTERFACE -Werror)
endif()
