// What most tests include, parsed once (cmake/Compiling.cmake).
#pragma once

#include "base/precompiled.hpp"

#include <gtest/gtest.h>
