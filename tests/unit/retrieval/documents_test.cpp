#include "retrieval/documents/documents.h"

#include <doctest/doctest.h>

#include <map>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "retrieval/chunk.h"
#include "retrieval/documents/markdown.h"
#include "tests/unit/store/temporary.h"

using namespace quadrant;
using test::TemporaryFolder;

namespace {

struct Source {
  TemporaryFolder folder;
  std::map<std::string, Document> documents;
  ReadReport report;

  void write(const std::string& name, const std::string& bytes) const {
    std::filesystem::create_directories((folder / name).parent_path());
    write_atomically(folder / name, bytes);
  }
  void read() { read({folder.path()}); }
  void read(const std::vector<std::filesystem::path>& sources) {
    documents.clear();
    const auto visit = [&](Document document) {
      CHECK(report.bytes <= report.total_bytes);
      documents.emplace(document.id, std::move(document));
    };
    read_documents(sources, visit, report);
    CHECK(report.bytes == report.total_bytes);
  }
  std::string problem_of(const std::string& where) const {
    for (const auto& source : report.unreadable) {
      if (source.where == where) return source.problem;
    }
    return "";
  }
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A PDF of one line a page.
std::string pdf_of(const std::vector<std::string>& pages) {
  std::string kids, objects;
  int number = 3;
  for (const std::string& page : pages) {
    const std::string content = "BT /F1 12 Tf 72 720 Td (" + page + ") Tj ET";
    kids += std::to_string(number + 1) + " 0 R ";
    objects += std::to_string(number + 1) +
               " 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]" +
               "/Resources<</Font<</F1 3 0 R>>>>/Contents " + std::to_string(number + 2) +
               " 0 R>> endobj\n" + std::to_string(number + 2) + " 0 obj <</Length " +
               std::to_string(content.size()) + ">> stream\n" + content + "\nendstream endobj\n";
    number += 2;
  }
  return "%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n2 0 obj <</Type/Pages/Kids[" +
         kids + "]/Count " + std::to_string(pages.size()) + ">> endobj\n" +
         "3 0 obj <</Type/Font/Subtype/Type1/BaseFont/Helvetica>> endobj\n" + objects +
         "trailer <</Root 1 0 R>>\n%%EOF\n";
}

}  // namespace

TEST_CASE("a folder: every kind of file, others counted, bad ones reported and the rest read") {
  Source source;
  source.write("a.txt", "\xEF\xBB\xBFplain e\u0301\n");
  source.write("sub/b.md", "intro\n# Guide\ntext\n");
  source.write("bad.txt", "ok\n\xFF\xFE");
  source.write("zero.txt", std::string("a\0b", 3));
  source.write("broken.pdf", "%PDF-1.4 nothing here");
  source.write("picture.png", "x");
  source.write("lines.jsonl",
               "{\"_id\": \"q\", \"title\": \"T\", \"text\": \"x\"}\n\n"
               "{\"id\": 7, \"contents\": \"Title\\nbody\\nmore\"}\n"
               "not json\n{\"_id\": \"q\", \"text\": \"again\"}\n{\"text\": \"no id\"}\n"
               "{\"_id\": \"z\", \"title\": \"no text\"}\n[1]\n\xFF\n");
  source.read();
  CHECK(source.documents.size() == 4);
  CHECK(source.report.documents == 4);
  CHECK(source.report.files == 6);
  CHECK(source.report.other_files == 1);
  CHECK(source.documents.at("a.txt").text == "plain \u00E9\n");
  CHECK(source.documents.at("a.txt").title == "a");
  CHECK(source.documents.at("sub/b.md").title == "Guide");
  CHECK(source.documents.at("q").title == "T");
  CHECK(source.documents.at("7").title == "Title");
  CHECK(source.documents.at("7").text == "body\nmore");
  CHECK(source.problem_of("bad.txt") == "not UTF-8 (byte 3)");
  CHECK(contains(source.problem_of("zero.txt"), "zero byte"));
  CHECK(contains(source.problem_of("broken.pdf"), "pdftotext"));
  CHECK(source.problem_of("lines.jsonl:4") == "this line is not JSON");
  CHECK(contains(source.problem_of("lines.jsonl:5"), "another document has the id"));
  CHECK(contains(source.problem_of("lines.jsonl:6"), "no \"_id\""));
  CHECK(contains(source.problem_of("lines.jsonl:7"), "no \"text\""));
  CHECK(contains(source.problem_of("lines.jsonl:8"), "no JSON object"));
  CHECK(contains(source.problem_of("lines.jsonl:9"), "not UTF-8"));
  CHECK(source.report.unreadable.size() == 9);
}

TEST_CASE("sources that are files, several sources, and one that is not there") {
  Source source;
  source.write("one/x.txt", "1");
  source.write("two/x.txt", "2");
  source.write("three.rst", "3");
  source.read({source.folder / "one/x.txt"});
  CHECK(source.documents.count("x.txt") == 1);
  source.read({source.folder / "one", source.folder / "two"});
  CHECK(source.documents.size() == 2);
  CHECK(source.documents.count((source.folder / "two/x.txt").generic_string()) == 1);
  source.read({source.folder / "three.rst"});
  CHECK(source.problem_of("three.rst") == "no reader for this kind of file");
  CHECK_THROWS_AS(source.read({source.folder / "nowhere"}), Error);
}

TEST_CASE("HTML: what a reader sees, with its headings") {
  Source source;
  source.write("page.html",
               "<!doctype html><html><head><title> The\n page </title><style>p{x}</style>"
               "<script>var a='<p>no</p>'</script></head><body><h1>Top</h1><p>One &amp; "
               "<b>two</b>\n  three.</p><div>four<br>five</div><h2>Sub</h2><ul><li>a</li><li>b"
               "</ul><pre>x  y\n  z</pre><table><tr><td>c1<td>c2</table><h1>Next</h1>e\u0301nd");
  source.read();
  const Document& page = source.documents.at("page.html");
  CHECK(page.title == "The page");
  CHECK(page.text ==
        "Top\n\nOne & two three.\n\nfour\nfive\n\nSub\n\na\nb\n\nx  y\n  z\n\nc1 c2\n\nNext\n\n"
        "\u00E9nd");
  REQUIRE(page.marks.size() == 3);
  CHECK(page.marks[1].heading == "Top > Sub");
  CHECK(page.text.substr(page.marks[1].begin, 3) == "Sub");
  CHECK(page.marks[2].heading == "Next");
  CHECK(page.text.substr(page.marks[2].begin) == "Next\n\n\u00E9nd");
}

TEST_CASE("HTML: nested beyond reason is one bad file, unclosed paragraphs are not") {
  Source source;
  std::string deep, paragraphs;
  for (int i = 0; i < 50000; ++i) deep += "<div>";
  for (int i = 0; i < 5000; ++i) paragraphs += "<p>word<br>";
  source.write("deep.html", deep);
  source.write("long.html", paragraphs);
  source.write("empty.html", "");
  source.write("tag.html", "<");
  source.read();
  CHECK(contains(source.problem_of("deep.html"), "nested"));
  CHECK(source.documents.count("long.html") == 1);
  CHECK(source.documents.at("empty.html").text.empty());
  CHECK(source.documents.at("empty.html").title == "empty");
}

TEST_CASE("PDF: pages are marks, and passages know their page") {
  Source source;
  source.write("-two.pdf", pdf_of({"First page here.", "Second page there."}));
  source.read();
  REQUIRE(source.report.unreadable.empty());
  const Document& pdf = source.documents.at("-two.pdf");
  REQUIRE(pdf.marks.size() == 2);
  CHECK(pdf.marks[1].page == 2);
  CHECK(pdf.text.substr(pdf.marks[1].begin, 11) == "Second page");
  const Chunking characters{20, "c", [](std::string_view text) { return text.size(); }};
  const auto passages = chunk(pdf, characters);
  REQUIRE(passages.size() == 2);
  CHECK(passages[0].page == 1);
  CHECK(passages[1].page == 2);
  CHECK(passages[1].text == "Second page there.");
}

TEST_CASE("Markdown headings") {
  const std::string text =
      "before\n# One #\ntext\n```\n# code\n```\n## Two\n\nThree\n-----\nx\n\n- item\n---\n"
      "    # indented code\n#no space\n~~~\n## open fence";
  const auto marks = markdown_marks(text);
  REQUIRE(marks.size() == 3);
  CHECK(marks[0].heading == "One");
  CHECK(marks[1].heading == "One > Two");
  CHECK(marks[2].heading == "One > Three");
  CHECK(text.substr(marks[2].begin, 5) == "Three");
  CHECK(markdown_title(text) == "One");
  CHECK(markdown_title("## B\n# A") == "A");
  CHECK(markdown_title("none").empty());
  CHECK(markdown_marks("").empty());
}
