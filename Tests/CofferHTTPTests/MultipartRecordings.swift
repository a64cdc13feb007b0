import Testing

/// Bodies as clients send them, with the parts that must come out.
///
/// The first is a recording; the others are written by hand in the form that their clients are known to send.
struct MultipartRecording: Sendable, CustomTestStringConvertible {
    let client: String
    let contentType: String
    let boundary: String
    let body: [UInt8]
    let parts: [ParsedPart]

    var testDescription: String { client }

    static let all = [curl, chrome, firefox, python, oldWindows, mailer]

    /// Recorded from curl 7.88.1: `-F expiry=10 -F 'file=@a"b\c.txt' -F file=@grüße.bin -F empty=`.
    static let curl = Self(
        client: "curl",
        contentType: "multipart/form-data; boundary=------------------------a1e39a3b62779569",
        boundary: "------------------------a1e39a3b62779569",
        body: lines(
            "--------------------------a1e39a3b62779569",
            "Content-Disposition: form-data; name=\"expiry\"",
            "",
            "10",
            "--------------------------a1e39a3b62779569",
            "Content-Disposition: form-data; name=\"file\"; filename=\"a%22b\\c.txt\"",
            "Content-Type: text/plain",
            "",
            "hello\r\nworld",
            "--------------------------a1e39a3b62779569",
            "Content-Disposition: form-data; name=\"file\"; filename=\"grüße.bin\"",
            "Content-Type: application/octet-stream",
            ""
        ) + [0x00, 0x01, 0xFF]
            + lines(
                "",
                "--------------------------a1e39a3b62779569",
                "Content-Disposition: form-data; name=\"empty\"",
                "",
                "",
                "--------------------------a1e39a3b62779569--"
            ),
        parts: [
            ParsedPart("expiry", "10"),
            ParsedPart("file", filename: "a%22b\\c.txt", contentType: "text/plain", "hello\r\nworld"),
            ParsedPart("file", filename: "grüße.bin", contentType: "application/octet-stream", body: [0, 1, 0xFF]),
            ParsedPart("empty", ""),
        ]
    )

    static let chrome = Self(
        client: "Chrome",
        contentType: "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW",
        boundary: "----WebKitFormBoundary7MA4YWxkTrZu0gW",
        body: lines(
            "------WebKitFormBoundary7MA4YWxkTrZu0gW",
            "Content-Disposition: form-data; name=\"a%22%0D%0Ab\"",
            "",
            "line 1\r\nline 2\r\n",
            "------WebKitFormBoundary7MA4YWxkTrZu0gW",
            "Content-Disposition: form-data; name=\"file\"; filename=\"100%25 日本 %22x%22.pdf\"",
            "Content-Type: application/pdf",
            "",
            "%PDF-1.7\r\n--\r\n------WebKit\r\r\n",
            "------WebKitFormBoundary7MA4YWxkTrZu0gW",
            "Content-Disposition: form-data; name=\"none\"; filename=\"\"",
            "Content-Type: application/octet-stream",
            "",
            "",
            "------WebKitFormBoundary7MA4YWxkTrZu0gW--"
        ),
        parts: [
            ParsedPart("a%22%0D%0Ab", "line 1\r\nline 2\r\n"),
            ParsedPart(
                "file",
                filename: "100%25 日本 %22x%22.pdf",
                contentType: "application/pdf",
                "%PDF-1.7\r\n--\r\n------WebKit\r\r\n"
            ),
            ParsedPart("none", filename: "", contentType: "application/octet-stream", ""),
        ]
    )

    static let firefox = Self(
        client: "Firefox",
        contentType: "multipart/form-data; boundary=----geckoformboundaryd1f2b3c4a5968778695a4b3c2d1e0f",
        boundary: "----geckoformboundaryd1f2b3c4a5968778695a4b3c2d1e0f",
        body: lines(
            "------geckoformboundaryd1f2b3c4a5968778695a4b3c2d1e0f",
            "Content-Disposition: form-data; name=\"uses\"",
            "",
            "5",
            "------geckoformboundaryd1f2b3c4a5968778695a4b3c2d1e0f",
            "Content-Disposition: form-data; name=\"file\"; filename=\"naïve.txt\"",
            "Content-Type: text/plain",
            "",
            "\r\n\r\n-",
            "------geckoformboundaryd1f2b3c4a5968778695a4b3c2d1e0f--"
        ),
        parts: [
            ParsedPart("uses", "5"),
            ParsedPart("file", filename: "naïve.txt", contentType: "text/plain", "\r\n\r\n-"),
        ]
    )

    /// The form that Python's urllib3 1.x sends for names beyond ASCII.
    static let python = Self(
        client: "Python",
        contentType: "multipart/form-data; boundary=8e1f0a6b4c2d4e5f9a7b3c1d2e4f6a8b",
        boundary: "8e1f0a6b4c2d4e5f9a7b3c1d2e4f6a8b",
        body: lines(
            "--8e1f0a6b4c2d4e5f9a7b3c1d2e4f6a8b",
            "Content-Disposition: form-data; name=\"file\"; filename*=utf-8''gr%C3%BC%C3%9Fe.txt",
            "",
            "--8e1f0a6b4c2d4e5f9a7b3c1d2e4f6a8",
            "--8e1f0a6b4c2d4e5f9a7b3c1d2e4f6a8b--"
        ),
        parts: [ParsedPart("file", filename: "grüße.txt", "--8e1f0a6b4c2d4e5f9a7b3c1d2e4f6a8")]
    )

    static let oldWindows = Self(
        client: "an old Windows browser",
        contentType: "multipart/form-data; boundary=---------------------------7d81b516112482",
        boundary: "---------------------------7d81b516112482",
        body: lines(
            "-----------------------------7d81b516112482",
            "Content-Disposition: form-data; name=\"file\"; filename=\"C:\\Users\\me\\report.doc\"",
            "Content-Type: application/msword",
            "",
            "x",
            "-----------------------------7d81b516112482",
            "Content-Disposition: form-data; name=\"file\"; filename=\"\\\\host\\share\\a.doc\"",
            "Content-Type: application/msword",
            "",
            "y",
            "-----------------------------7d81b516112482--"
        ),
        parts: [
            ParsedPart("file", filename: "report.doc", contentType: "application/msword", "x"),
            ParsedPart("file", filename: "a.doc", contentType: "application/msword", "y"),
        ]
    )

    /// A body that uses everything RFC 2046 allows around the parts.
    static let mailer = Self(
        client: "a mail library",
        contentType: "Multipart/Form-Data; charset=utf-8; Boundary=\"=_ (it's) /a:b?\"",
        boundary: "=_ (it's) /a:b?",
        body: lines(
            "This is a preamble.",
            "--=_ (it's) /a:b? \t ",
            "content-disposition:form-data;",
            "\tname=note ;",
            " filename=bare.txt",
            "X-Empty:",
            "",
            "text",
            "--=_ (it's) /a:b?--  ",
            "An epilogue,",
            "--=_ (it's) /a:b?",
            "that looks like a part."
        ),
        parts: [ParsedPart("note", filename: "bare.txt", "text")]
    )

    private static func lines(_ lines: String...) -> [UInt8] {
        lines.flatMap { Array($0.utf8) + [13, 10] }
    }
}
