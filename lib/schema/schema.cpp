#include "schema/schema.hpp"
