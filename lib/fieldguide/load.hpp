// Internal to fieldguide/, and for its tests.
#pragma once

#include "fieldguide/fieldguide.hpp"
#include "json/json.hpp"

namespace whydrop::fieldguide {

/// One file of fixtures/fieldguide. Total: what is missing or of another type stays empty (the tests check the files
/// against their schema). The entries' `product` is not set.
Product read_product(json::Value file);

}  // namespace whydrop::fieldguide
