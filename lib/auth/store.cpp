#include "auth/store.hpp"
