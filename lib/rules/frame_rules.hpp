#pragma once

#include "rules/context.hpp"

// One function a rule, named as its id. What each demands stands in table.cpp.
namespace whydrop::rules {

Judgement mask_from_server(const FrameContext& context);
Judgement mask_missing_from_client(const FrameContext& context);
Judgement rsv_without_extension(const FrameContext& context);
Judgement rsv1_misplaced(const FrameContext& context);
Judgement opcode_reserved(const FrameContext& context);
Judgement control_fragmented(const FrameContext& context);
Judgement control_too_long(const FrameContext& context);
Judgement continuation_unexpected(const FrameContext& context);
Judgement continuation_missing(const FrameContext& context);
Judgement length_not_minimal(const FrameContext& context);
Judgement frame_before_upgrade(const FrameContext& context);
Judgement data_after_close(const FrameContext& context);
Judgement frame_after_close(const FrameContext& context);
Judgement close_body_one_byte(const FrameContext& context);
Judgement close_code_reserved(const FrameContext& context);
Judgement close_code_out_of_range(const FrameContext& context);
Judgement utf8_invalid_close_reason(const FrameContext& context);
Judgement close_in_mid_message(const FrameContext& context);
Judgement close_echo_differs(const FrameContext& context);

Judgement length_too_large(const BytesContext& context);
Judgement utf8_invalid(const TextContext& context);
Judgement deflate_data_invalid(const InflatedContext& context);

}  // namespace whydrop::rules
