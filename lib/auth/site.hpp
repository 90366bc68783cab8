#pragma once

#include "net/url.hpp"

namespace whydrop::auth {

/// True if `to` is of the site of `from`: one host, or hosts below one registrable domain as the Public Suffix List has
/// it, and never from TLS to clear text. The list is libpsl's, which comes with libcurl and is loaded when it is first
/// asked; without it only one host is one site.
bool same_site(const net::Url& from, const net::Url& to);

}  // namespace whydrop::auth
