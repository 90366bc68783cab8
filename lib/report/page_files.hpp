// What CMake makes of lib/report/page/. Internal to report/.
#pragma once

#include <string_view>

namespace whydrop::report {

extern const std::string_view kPageHead, kPageBody, kPageStyle;
extern const std::string_view kPageValues, kPageDom, kPageModel, kPageList, kPageTimeline, kPageVerdict, kPageDetails,
    kPageCompare, kPageMain;

}  // namespace whydrop::report
