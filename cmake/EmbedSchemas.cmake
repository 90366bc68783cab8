# cmake -DFOLDER=fixtures/schemas -DOUT=metaschemas.cpp -P EmbedSchemas.cmake
# Writes the schemas of schemas as C++ source (lib/schema/metaschemas.hpp).
set(source "#include \"schema/metaschemas.hpp\"\n\nnamespace whydrop::schema {\n")
foreach(draft 4 7)
  file(READ ${FOLDER}/json-schema-draft-0${draft}.json text)
  string(APPEND source "\nconst std::string_view kDraft${draft}Text = R\"whydrop(${text})whydrop\";\n")
endforeach()
string(APPEND source "\n}  // namespace whydrop::schema\n")
file(WRITE ${OUT} "${source}")
