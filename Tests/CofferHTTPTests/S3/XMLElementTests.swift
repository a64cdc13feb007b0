import NIOCore
import Testing

@testable import CofferHTTP

@Suite("XML answers")
struct XMLElementTests {
    private func parse(_ text: String) -> XMLElement? {
        XMLElement(parsing: ByteBuffer(string: text))
    }

    @Test func listOfObjectsIsRead() throws {
        let root = try #require(
            parse(
                """
                \u{FEFF}<?xml version="1.0" encoding="UTF-8"?>
                <!-- made by hand --><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
                  <Name>b</Name><IsTruncated>false</IsTruncated>
                  <Contents><Key>a&amp;b&#x2F;&#233;</Key><Size >5</Size ></Contents>
                  <Contents><Key><![CDATA[<&>]]></Key><Owner/><ETag a='1>2'>&quot;x&quot;</ETag></Contents>
                </ListBucketResult>

                """
            )
        )
        #expect(root.name == "ListBucketResult")
        #expect(root.text(of: "IsTruncated") == "false")
        #expect(root.all("Contents").map { $0.text(of: "Key") } == ["a&b/é", "<&>"])
        #expect(root.all("Contents")[1].text(of: "ETag") == "\"x\"")
        #expect(root.all("Contents")[1].first("Owner")?.text == "")
        #expect(root.text(of: "Nothing") == nil)
    }

    @Test func prefixesAreDropped() throws {
        let root = try #require(parse("<s3:Error xmlns:s3='x'><s3:Code>A</s3:Code></s3:Error>"))
        #expect(root.name == "Error")
        #expect(root.text(of: "Code") == "A")
    }

    @Test(
        "what is no document",
        arguments: [
            "", "  ", "hello", "<", "<a", "<a>", "<a></b>", "<a></a", "</a>", "<a><b></a></b>", "<a></a><b></b>",
            "<a></a>x", "<a>&nbsp;</a>", "<a>&</a>", "<a>&#xD800;</a>", "<a>&#99999999999;</a>", "<a b></a>",
            "<a b=c></a>", "<a b='c></a>", "<!DOCTYPE a><a></a>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
            "<a><!-- </a>", "<a><![CDATA[ </a>", "<?xml version='1.0'", "{\"a\": 1}", "<a>&+1;</a>", "<a>&#-1;</a>",
            "<html><body><p>Welcome!<br></body></html>",
        ]
    )
    func textIsNoDocument(_ text: String) {
        #expect(parse(text) == nil)
    }

    @Test func depthIsBounded() {
        func nested(_ depth: Int) -> String {
            String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
        }
        #expect(parse(nested(16)) != nil)
        #expect(parse(nested(17)) == nil)
        #expect(parse(nested(1_000_000)) == nil)
    }

    @Test func textMustBeUTF8() {
        #expect(XMLElement(parsing: ByteBuffer(bytes: Array("<a>".utf8) + [0xFF] + Array("</a>".utf8))) == nil)
    }
}
