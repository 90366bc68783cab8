// Parsing and validating messages: whydrop against RapidJSON's own SAX validator, on one core.
// usage: bench_schema SCHEMA MESSAGES [ROUNDS]; prints nanoseconds of processor time a message, the median of the
// rounds.
#include "json/json.hpp"
#include "schema/schema.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <rapidjson/document.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/schema.h>

namespace {

constexpr int kTurns = 50'000;

std::string read(const char* path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> lines(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> out;
  for (std::string line; std::getline(stream, line);) {
    out.push_back(line);
  }
  return out;
}

/// Nanoseconds that `judge` takes for a message, all of which must be valid.
template <typename Judge>
double time_of(const std::vector<std::string>& messages, Judge judge) {
  const std::clock_t begin = std::clock();
  for (int turn = 0; turn < kTurns; ++turn) {
    for (const std::string& message : messages) {
      if (!judge(message)) {
        std::fprintf(stderr, "bench_schema: not valid: %s\n", message.c_str());
        std::exit(1);
      }
    }
  }
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  return seconds * 1e9 / kTurns / static_cast<double>(messages.size());
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) {
    std::fprintf(stderr, "usage: bench_schema SCHEMA MESSAGES [ROUNDS]\n");
    return 1;
  }
  const std::string text = read(arguments[1]);
  const std::vector<std::string> messages = lines(read(arguments[2]));
  const int rounds = count > 3 ? std::atoi(arguments[3]) : 5;

  whydrop::json::Json document, message_tree;
  document.parse(text);
  const auto schema = whydrop::schema::Schema::compile(document, text, arguments[1], {});
  rapidjson::Document their_document;
  their_document.Parse(text.data(), text.size());
  if (!schema || their_document.HasParseError()) {
    std::fprintf(stderr, "bench_schema: %s\n", schema ? "no JSON" : schema.error().message.c_str());
    return 1;
  }
  const rapidjson::SchemaDocument their_schema(their_document);

  const auto ours = [&](const std::string& message) {
    return !message_tree.parse(message) && schema->valid(message_tree.root());
  };
  const auto parse_only = [&](const std::string& message) { return !message_tree.parse(message); };
  rapidjson::SchemaValidator validator(their_schema);
  rapidjson::Reader reader;
  const auto theirs = [&](const std::string& message) {
    validator.Reset();
    rapidjson::MemoryStream stream(message.data(), message.size());
    return !reader.Parse(stream, validator).IsError() && validator.IsValid();
  };
  std::vector<double> our_times, parse_times, their_times;
  for (int round = 0; round < rounds; ++round) {
    our_times.push_back(time_of(messages, ours));
    parse_times.push_back(time_of(messages, parse_only));
    their_times.push_back(time_of(messages, theirs));
  }
  std::printf("whydrop parse+valid %.0f\nwhydrop parse %.0f\nrapidjson sax %.0f\n",
              median(our_times),
              median(parse_times),
              median(their_times));
  return 0;
}
