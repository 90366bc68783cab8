#pragma once

#include "handshake/head.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace whydrop::handshake {

/// A body without its transfer and content codings.
struct DecodedBody {
  std::string content;  ///< its first bytes, up to the cap; the bytes as they came where nothing could be taken off
  std::string codings;  ///< those that were taken off, outermost first: "chunked, gzip"; empty: none was
  std::string fault;    ///< why the rest could not be decoded: "gzip: its checksum is wrong"; empty: all was
};

/// Takes off what the head names: chunked, gzip, deflate, br. `bytes`: the first bytes of the body; `whole`: there are
/// no more. Total on any bytes; never makes more than `most` bytes of one coding. RFC 9112 section 7, RFC 9110 section
/// 8.4.
DecodedBody decode_body(const Head& head, std::string_view bytes, bool whole, std::size_t most);

/// What one coding makes of `bytes`.
struct Uncoded {
  std::string content;
  std::string fault;   ///< empty where the coding ended as it should, or the cap was reached
  bool early = false;  ///< the fault is only that more bytes were needed
};
/// RFC 9112 section 7.1.
Uncoded uncode_chunked(std::string_view bytes, std::size_t most);
/// gzip, also with several members; RFC 1952.
Uncoded uncode_gzip(std::string_view bytes, std::size_t most);
/// zlib as the RFC has it, and bare deflate as some servers send it. RFC 9110 section 8.4.1.2.
Uncoded uncode_deflate(std::string_view bytes, std::size_t most);
/// RFC 7932.
Uncoded uncode_brotli(std::string_view bytes, std::size_t most);

}  // namespace whydrop::handshake
