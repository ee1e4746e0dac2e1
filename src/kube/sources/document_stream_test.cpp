#include "kube/sources/document_stream.hpp"

#include <gtest/gtest.h>

namespace yagura::kube {
namespace {

// The stream in pieces of every size from 1 to 9: where a piece ends must not matter.
void expect_kept(std::string_view stream, std::string_view kept,
                 const std::vector<std::uint32_t>& dropped) {
  for (std::size_t size = 1; size < 10; ++size) {
    DocumentStream documents(20, 1000);
    for (std::size_t at = 0; at < stream.size(); at += size)
      ASSERT_TRUE(documents.feed(stream.substr(at, size)));
    Diagnostics diagnostics;
    EXPECT_EQ(documents.finish("a.yaml", diagnostics), kept) << "pieces of " << size;
    ASSERT_EQ(diagnostics.list().size(), dropped.size()) << "pieces of " << size;
    for (std::size_t i = 0; i < dropped.size(); ++i)
      EXPECT_EQ(diagnostics.list()[i].line, dropped[i]);
  }
}

TEST(DocumentStream, SmallDocumentsStayAsTheyAre) {
  expect_kept("a: 1\n---\nb: 2\n...\n--- # x\nc: 3", "a: 1\n---\nb: 2\n...\n--- # x\nc: 3", {});
}

TEST(DocumentStream, ALargeOneLeavesItsLineEnds) {
  expect_kept("a: 1\n---\nb: 2345678901\nc: 456789012\n---\nd: 1\n", "a: 1\n\n\n\n---\nd: 1\n",
              {2});
}

TEST(DocumentStream, ALineWithoutAnEndIsDroppedAsItComes) {
  expect_kept("a: 1\n---\nb: 0123456789012345678901234567890123456789", "a: 1\n\n", {2});
  expect_kept("x: 01234567890123456789012345678901234567\n---\nb: 1\n", "\n---\nb: 1\n", {1});
}

TEST(DocumentStream, AMarkerWithALongValueIsADocumentToo) {
  expect_kept("a: 1\n--- 0123456789012345678901234567890123456789\n---\nb: 1\n",
              "a: 1\n\n---\nb: 1\n", {2});
}

TEST(DocumentStream, MoreThanMayBeKeptIsRefused) {
  DocumentStream documents(20, 10);
  EXPECT_FALSE(documents.feed("a: 1\n---\nb: 2\n---\nc: 3\n"));
}

}  // namespace
}  // namespace yagura::kube
