# cmake -DFOLDER=fixtures/fieldguide -DOUT=embedded.cpp -P EmbedFieldguide.cmake
# Writes the files of the field guide as C++ source (lib/fieldguide/embedded.hpp).

file(GLOB files ${FOLDER}/*.json)
list(SORT files)
set(source "#include \"fieldguide/embedded.hpp\"\n\nnamespace whydrop::fieldguide {\nusing namespace std::string_view_literals;\n")
string(APPEND source "\nconst std::vector<std::string_view>& embedded_files() {\n  static const std::vector<std::string_view> all{\n")
foreach(file IN LISTS files)
  file(READ ${file} text)
  string(APPEND source "R\"whydrop(${text})whydrop\"sv,\n")
endforeach()
string(APPEND source "};\n  return all;\n}\n\n}  // namespace whydrop::fieldguide\n")
file(WRITE ${OUT} "${source}")
