// Mistakes in files that people write: profiles, rehearsals, check files.
#pragma once

#include "base/result.hpp"
#include "json/json.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::schema {

/// One mistake in a file's text.
struct Mistake {
  json::Place place;
  std::string says;  ///< "/sequence/states/0/to names no state: redy; did you mean ready?"
};

/// The error for a file with mistakes (at least one): the first, and how many more there are. `shown_by`: the command
/// that shows them when the path is put behind it, or empty.
Error first_of(const std::vector<Mistake>& mistakes, const std::string& path, std::string_view shown_by = {});

/// Reads the whole of a file that people write. What it returns is why it cannot be read, and then no more is known:
/// it is larger than json::kMostOfFile, YAML, or not JSON; empty where it can.
std::vector<Mistake> read_document(std::string_view text, json::Json& document);

using Names = std::vector<std::string_view>;

bool is_one_of(std::string_view name, const Names& known);
/// "; did you mean ready?", or empty.
std::string did_you_mean(std::string_view name, const Names& known);

/// Mistakes of one text while they are found. `text` and `root` must outlive it.
class MistakeList {
 public:
  MistakeList(std::string_view text, json::Value root) : text_(text), root_(root) {}

  json::Value root() const { return root_; }
  /// `says` of what stands at `pointer`, which is put before it; `key`: of the member's name.
  void say(const std::string& pointer, std::string_view says, bool key = false);
  /// Says so where `name` is none of `known`; `what`: "state", "message of the client".
  void name(const std::string& pointer, std::string_view name, const Names& known, std::string_view what);
  /// As name(), for a member's own name.
  void key(const std::string& pointer, std::string_view name, const Names& known, std::string_view what);
  /// As name(), for the string that stands at `pointer`, if one does.
  void name_at(const std::string& pointer, const Names& known, std::string_view what);
  /// … and for each string of the list that stands there.
  void names_at(const std::string& pointer, const Names& known, std::string_view what);
  /// Everything that schema `schema_text` says is wrong.
  void check_schema(std::string_view schema_text);
  /// Why the message schema at `pointer` does not compile, told where its keyword stands.
  void say_of_schema(const std::string& pointer, const Error& error);
  /// Objects in which a name stands twice: one of the two would be lost.
  void check_twice();
  /// In the order of the text.
  std::vector<Mistake> all();

 private:
  std::string_view text_;
  json::Value root_;
  std::vector<Mistake> mistakes_;
};

/// `pointer` and one step more.
std::string under(const std::string& pointer, std::string_view step);
std::string under(const std::string& pointer, std::size_t index);
/// Names of the members of what stands at `pointer`, without comment.
Names names_under(json::Value root, const std::string& pointer);

}  // namespace whydrop::schema
