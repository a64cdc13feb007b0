import CofferHTTP
import Testing

@Suite("MediaTypeHeader")
struct MediaTypeHeaderTests {
    @Test(arguments: [
        ("multipart/form-data", "multipart/form-data"), ("Multipart/FORM-Data; boundary=x", "multipart/form-data"),
        (" text/plain ;charset=utf-8", "text/plain"), ("application/vnd.api+json;", "application/vnd.api+json"),
        ("image/svg+xml ; ; ;", "image/svg+xml"),
    ])
    func essenceIsLowerCase(value: String, essence: String) {
        #expect(MediaTypeHeader(value)?.essence == essence)
    }

    @Test(arguments: [
        "", ";", "text", "text/", "/plain", "text/plain/x", "text /plain", "te\0xt/plain", "text/pläin", "a/b c",
        "a/b, c/d",
    ])
    func malformedEssenceIsNil(_ value: String) {
        #expect(MediaTypeHeader(value) == nil)
    }

    @Test(arguments: [
        ("boundary=aBc", "aBc"), ("BOUNDARY=aBc", "aBc"), ("boundary=\"a b;c=d\"", "a b;c=d"),
        ("boundary = \"x\" ; y=z", "x"),
        ("charset=\"a;boundary=no\"; boundary=yes", "yes"), ("boundary=a; boundary=b", "a"),
        ("boundary=a=b/c", "a=b/c"),
        ("boundary=\"a\\\"b\\\\c\\d\"", "a\"b\\c\\d"), ("boundary=\"open", "open"), ("boundary=\"open\\", "open\\"),
        ("boundary=\"x\"rest; a=b", "x"), (";;boundary=x", "x"), ("=y; boundary=x", "x"), ("boundary=", ""),
        ("boundary=\"\"", ""), ("boundary=x \t", "x"),
    ])
    func parameterIsByteExact(parameters: String, boundary: String) throws {
        let mediaType = try #require(MediaTypeHeader("multipart/form-data;\(parameters)"))
        #expect(mediaType.parameter("Boundary") == Array(boundary.utf8))
        #expect(try mediaType.formDataBoundary() == Array(boundary.utf8))
    }

    @Test func missingBoundaryIsItsOwnError() throws {
        let mediaType = try #require(MediaTypeHeader("multipart/form-data; bound=x; boundary"))
        #expect(throws: MultipartError.missingBoundary) { try mediaType.formDataBoundary() }
    }

    @Test func otherTypeIsNotFormData() throws {
        let mediaType = try #require(MediaTypeHeader("application/json; boundary=x"))
        #expect(throws: MultipartError.notFormData) { try mediaType.formDataBoundary() }
    }
}
