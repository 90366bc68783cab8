# cmake -DHEADER=check/embedded.hpp -DNAMESPACE=whydrop::check "-DTEXTS=kCheckSchema=FILE;…" -DOUT=embedded.cpp
#   -P EmbedTexts.cmake
# Writes files as C++ constants, which HEADER declares.
set(source "#include \"${HEADER}\"\n\nnamespace ${NAMESPACE} {\n")
foreach(pair IN LISTS TEXTS)
  string(REGEX MATCH "^([^=]+)=(.+)$" matched "${pair}")
  set(name ${CMAKE_MATCH_1})
  file(READ ${CMAKE_MATCH_2} text)
  string(APPEND source "\nconst std::string_view ${name} = R\"whydrop(${text})whydrop\";\n")
endforeach()
string(APPEND source "\n}  // namespace ${NAMESPACE}\n")
file(WRITE ${OUT} "${source}")
