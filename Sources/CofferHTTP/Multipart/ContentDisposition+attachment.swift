extension ContentDisposition {
    /// The header value that makes a browser save a download under a client's file name.
    ///
    /// `/` and `\` become `_`. A name of printable ASCII without `"` and `%` then gives `attachment; filename="name"` and
    /// nothing else. Any other gives an ASCII fallback, with `_` for each of those and for each non-ASCII character, and the
    /// cleaned name itself as `filename*`. A name of which nothing is left becomes `download`. Both forms are at most ``FileName/maxCharacters`` long
    /// before encoding.
    ///
    /// - Source: RFC 6266, section 4.3 and appendix D; RFC 8187, section 3.2.
    package static func attachment(filename: String) -> String {
        let name = saved(as: filename)
        let fallback = String(String.UnicodeScalarView(name.unicodeScalars.map { isPlain($0) ? $0 : "_" }))
        guard fallback.utf8.elementsEqual(name.utf8) else {
            return "attachment; filename=\"\(fallback)\"; filename*=UTF-8''\(percentEncode(name))"
        }
        return "attachment; filename=\"\(name)\""
    }

    /// The header value with a client's file name in its extended form alone, cleaned as for ``attachment(filename:)``.
    ///
    /// `type`: `inline` or `attachment`.
    package static func extended(_ type: String, filename: String) -> String {
        "\(type); filename*=UTF-8''\(percentEncode(saved(as: filename)))"
    }

    private static func saved(as filename: String) -> String {
        let separators: [Unicode.Scalar] = ["/", "\\"]
        let cleaned = String(
            String.UnicodeScalarView(
                FileName(cleaning: filename).text.unicodeScalars.map { separators.contains($0) ? "_" : $0 }
            )
        )
        return cleaned.unicodeScalars.contains { !emptyLooking.contains($0) } ? cleaned : "download"
    }

    /// A name of only these is no name: nothing, blanks, `.` and `..`.
    private static let emptyLooking: [Unicode.Scalar] = [" ", "."]

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\"", "%": false
        case " "..."~": true
        default: false
        }
    }

    private static func percentEncode(_ name: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in name.utf8 {
            if byte.isASCIILetterOrDigit || "!#$&+-.^_`|~".utf8.contains(byte) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
