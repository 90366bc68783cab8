#pragma once

#include "rules/context.hpp"

// One function a rule, named as its id. What each demands stands in table.cpp.
namespace whydrop::rules {

Judgement head_malformed(const HeadContext& context);
Judgement head_unacceptable(const HeadContext& context);
Judgement interim_before_switch(const HeadContext& context);
Judgement header_repeated(const HeadContext& context);
Judgement request_line_wrong(const HeadContext& context);
Judgement host_missing(const HeadContext& context);
Judgement version_wrong(const HeadContext& context);
Judgement key_invalid(const HeadContext& context);
Judgement http_version_wrong(const HeadContext& context);
Judgement upgrade_header_wrong(const HeadContext& context);
Judgement connection_header_wrong(const HeadContext& context);
Judgement connection_list(const HeadContext& context);
Judgement accept_missing(const HeadContext& context);
Judgement accept_wrong(const HeadContext& context);
Judgement subprotocol_unasked(const HeadContext& context);
Judgement subprotocol_missing(const HeadContext& context);
Judgement extensions_malformed(const HeadContext& context);
Judgement extension_unasked(const HeadContext& context);
Judgement deflate_parameters_invalid(const HeadContext& context);
Judgement upgrade_with_body(const HeadContext& context);

}  // namespace whydrop::rules
