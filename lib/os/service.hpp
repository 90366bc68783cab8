#pragma once

#include <string>
#include <string_view>

namespace whydrop::os {

/// Tells the service manager that started this process: "READY=1", "STATUS=…". `socket`: what $NOTIFY_SOCKET holds;
/// empty: there is none to tell. What cannot be told is left. sd_notify(3).
void tell_service_manager(const std::string& socket, std::string_view state);

}  // namespace whydrop::os
