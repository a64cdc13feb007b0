import CofferHTTP
import Testing

@Suite("ContentDisposition: reading")
struct ContentDispositionTests {
    private func filename(_ parameters: String) -> String? {
        ContentDisposition(Array("form-data; \(parameters)".utf8))?.filename
    }

    @Test(arguments: [
        ("filename=\"a.txt\"", "a.txt"), ("filename=a.txt", "a.txt"), ("filename=a b.txt ; x=y", "a b.txt"),
        ("FileName=\"a.txt\"", "a.txt"), ("filename=\"\"", ""), ("filename=", ""), ("filename = \"a\" junk; x=y", "a"),
        ("filename=\"a\\\"b.txt\"", "a\"b.txt"), ("filename=\"a\\\\b.txt\"", "a\\b.txt"),
        ("filename=\"a\\b\\n.txt\"", "a\\b\\n.txt"),
        ("filename=\"a%22%0D%0A%41.txt\"", "a%22%0D%0A%41.txt"), ("filename=\"a;b=c.txt\"", "a;b=c.txt"),
        ("filename=\"grüße 日本.txt\"", "grüße 日本.txt"), ("filename=\"../../etc/passwd\"", "../../etc/passwd"),
        ("filename=one; filename=two", "one"), ("name=\"filename=x\"; filename=y", "y"),
        ("name=\"a\\\"; filename=x; b=\\\"\"; filename=y", "y"),
    ])
    func plainFilename(parameters: String, expected: String) {
        #expect(filename(parameters) == expected)
    }

    @Test(arguments: [
        ("filename*=UTF-8''gr%C3%BC%c3%9fe.txt", "grüße.txt"), ("filename*=utf-8'en'a%20b", "a b"),
        ("filename*=ISO-8859-1''gr%FCn", "grün"), ("filename=\"plain\"; filename*=UTF-8''star", "star"),
        ("filename*=UTF-8''star; filename=\"plain\"", "star"), ("filename*=\"UTF-8''quoted\"", "quoted"),
        ("filename*=UTF-8''it's", "it's"), ("filename*=UTF-8''", ""), ("filename*=UTF-8''%00%0D%0A", "\0\r\n"),
        ("filename*=UTF-8''C%3A%5Cdir%5Cx.txt", "x.txt"),
    ])
    func extendedFilename(parameters: String, expected: String) {
        #expect(filename(parameters) == expected)
    }

    @Test(arguments: [
        "filename*=UTF-8''%zz", "filename*=UTF-8''%", "filename*=UTF-8''a%4", "filename*=UTF-8''%FF",
        "filename*=Big5''a",
        "filename*=nothing", "filename*=''a", "filename*=", "filename*0*=UTF-8''%zz", "filename*1=x", "filename*00=x",
        "filename*-1=x", "filename*0x=x", "filename**=x", "filename*99999999999999999999=x",
        "filename*0*=UTF-8''a; filename*1*=%g",
    ])
    func undecodableExtendedFormGivesWayToThePlainOne(_ parameters: String) {
        #expect(filename("\(parameters); filename=plain") == "plain")
        #expect(filename("filename=plain; \(parameters)") == "plain")
    }

    @Test func undecodableExtendedFormAloneIsKeptAsSent() {
        #expect(filename("filename*=UTF-8''%zz") == "UTF-8''%zz")
    }

    @Test(arguments: [
        ("filename*0=\"a\"; filename*1=\"b\"", "ab"), ("filename*1=b; filename*0=a", "ab"),
        ("filename*0=a; filename*2=c", "a"),
        ("filename*0*=UTF-8''%C3; filename*1*=%BC; filename*2=\"%41\"", "ü%41"),
        ("filename*0=a; filename*1*=%20b", "a b"),
        ("filename*0*=ISO-8859-1''%FC; filename*1*=%DF", "üß"), ("filename*0=a; filename*0=z; filename*1=b", "ab"),
        ("filename*0=a; filename=plain", "a"), ("filename*0=a; filename*=UTF-8''star", "star"),
    ])
    func sectionsAreJoined(parameters: String, expected: String) {
        #expect(filename(parameters) == expected)
    }

    @Test(arguments: [
        ("C:\\dir\\a.txt", "a.txt"), ("c:\\a.txt", "a.txt"), ("\\\\host\\share\\a.txt", "a.txt"), ("C:\\dir\\\\", ""),
        ("C:\\\\dir\\\\a.txt", "a.txt"), ("\\\\\\\\host\\\\share\\\\a.txt", "a.txt"), ("C:a.txt", "C:a.txt"),
        ("a\\b.txt", "a\\b.txt"),
        ("/C:\\a.txt", "/C:\\a.txt"), ("\\a.txt", "\\a.txt"), ("C:/dir/a.txt", "C:/dir/a.txt"),
    ])
    func windowsDirectoryIsDropped(sent: String, expected: String) {
        #expect(filename("filename=\"\(sent)\"") == expected)
    }

    @Test func bytesBeyondUTF8AreLatin1() {
        let bytes = Array("form-data; filename=\"gr".utf8) + [0xFC] + Array("n\"".utf8)
        #expect(ContentDisposition(bytes)?.filename == "grün")
    }

    @Test func typeAndNameAreRead() {
        let disposition = ContentDisposition(Array(" Form-Data ; name=\"my field\"".utf8))
        #expect(disposition?.type == "form-data")
        #expect(disposition?.name == "my field")
        #expect(disposition?.filename == nil)
    }

    @Test(arguments: ["", ";", "; name=a", "form data", "form\0-data", "\"form-data\""])
    func malformedTypeIsNil(_ value: String) {
        #expect(ContentDisposition(Array(value.utf8)) == nil)
    }

    @Test(arguments: [
        "filename=\"", "filename=\"open", "filename=\"open\\", "filename=\"open\\\"", "filename", "=", "===;;;==",
        "filename*", "*=",
        "filename*=%", "filename*0*='", "filename*='''", "\0=\0; filename=\"\0\"", "filename=\\", "filename=\"\\\\\"",
        "filename=\"C:\\\"",
    ])
    func hostileValueNeverTraps(_ parameters: String) {
        _ = filename(parameters)
        for count in 0...parameters.utf8.count {
            _ = ContentDisposition(Array("form-data; \(parameters)".utf8.prefix(11 + count)))
        }
    }

    @Test(
        .timeLimit(.minutes(20)),
        arguments: ["a=b;", ";", "filename*1=x;", "filename*0=\"\\\";", "\"", "\\", "%", "filename*=UTF-8''%"]
    )
    func hugeValueTakesBoundedTime(_ pattern: String) {
        _ = filename(String(repeating: pattern, count: 100_000 / pattern.utf8.count))
    }
}
