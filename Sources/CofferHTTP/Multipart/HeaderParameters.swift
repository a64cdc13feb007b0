/// The parameters of a structured header value such as Content-Type or Content-Disposition.
///
/// Reading never fails: an unterminated quoted string runs to the end of the value, a parameter without `=` or without a name is
/// skipped, bytes between a closing quote and the next semicolon are ignored. Names are lower-cased, values keep their bytes.
///
/// - Source: RFC 9110, section 5.6.6; the tolerance follows WHATWG MIME Sniffing, section 4.4.
struct HeaderParameters: Sendable {
    struct Parameter: Sendable {
        let name: String
        /// The token, or what stands between the quotes, with its backslashes.
        let verbatim: [UInt8]
        let isQuoted: Bool

        /// The value without escapes; only `\"` and `\\` are escapes, since some clients send Windows paths as they are.
        var value: [UInt8] {
            guard isQuoted, verbatim.contains(UInt8(ascii: "\\")) else { return verbatim }
            var plain: [UInt8] = []
            plain.reserveCapacity(verbatim.count)
            var index = 0
            while index < verbatim.count {
                if HeaderParameters.isEscape(verbatim[...], at: index) { index += 1 }
                plain.append(verbatim[index])
                index += 1
            }
            return plain
        }
    }

    /// In the order they came, repeated ones included.
    let all: [Parameter]

    /// Reads `; name=value; name="value"`.
    init(_ bytes: ArraySlice<UInt8>) {
        var parameters: [Parameter] = []
        var rest = bytes
        while !rest.isEmpty {
            rest = rest.drop { $0 == UInt8(ascii: ";") || $0.isBlank }
            let name = rest.prefix { $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ";") }
            rest = rest[name.endIndex...]
            guard rest.first == UInt8(ascii: "=") else { continue }
            rest = rest.dropFirst().drop(while: \.isBlank)
            let value: ArraySlice<UInt8>
            let isQuoted = rest.first == UInt8(ascii: "\"")
            if isQuoted {
                value = Self.quotedText(rest.dropFirst())
                rest = rest[value.endIndex...].drop { $0 != UInt8(ascii: ";") }
            } else {
                value = rest.prefix { $0 != UInt8(ascii: ";") }
                rest = rest[value.endIndex...]
            }
            let trimmedName = name.trimmingBlanks
            guard !trimmedName.isEmpty else { continue }
            parameters.append(
                Parameter(
                    name: String(decoding: trimmedName, as: UTF8.self).lowercased(),
                    verbatim: Array(isQuoted ? value : value.trimmingBlanks),
                    isQuoted: isQuoted
                )
            )
        }
        all = parameters
    }

    /// The first parameter of this lower-case name; later ones never replace it.
    func first(_ name: String) -> Parameter? {
        all.first { $0.name == name }
    }

    /// What stands before the closing quote, or everything when there is none.
    private static func quotedText(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var index = bytes.startIndex
        while index < bytes.endIndex, bytes[index] != UInt8(ascii: "\"") {
            index += isEscape(bytes, at: index) ? 2 : 1
        }
        return bytes[bytes.startIndex..<min(index, bytes.endIndex)]
    }

    private static func isEscape(_ bytes: ArraySlice<UInt8>, at index: Int) -> Bool {
        guard bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.endIndex else { return false }
        return bytes[index + 1] == UInt8(ascii: "\"") || bytes[index + 1] == UInt8(ascii: "\\")
    }
}

extension UInt8 {
    /// Whether this is a space or a tab.
    var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }

    var isASCIILetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    /// Whether this may stand in a token (RFC 9110, section 5.6.2).
    var isTokenByte: Bool {
        isASCIILetterOrDigit || "!#$%&'*+-.^_`|~".utf8.contains(self)
    }
}

extension ArraySlice<UInt8> {
    var trimmingBlanks: ArraySlice<UInt8> {
        var slice = drop(while: \.isBlank)
        while slice.last?.isBlank == true { slice.removeLast() }
        return slice
    }
}

extension String {
    /// Reads bytes of unknown encoding: UTF-8, or Latin-1 when they are not UTF-8.
    init(utf8OrLatin1 bytes: [UInt8]) {
        self = String(validating: bytes, as: UTF8.self) ?? String(latin1: bytes)
    }

    /// Reads bytes as ISO-8859-1, which cannot fail.
    init(latin1 bytes: [UInt8]) {
        var scalars = UnicodeScalarView()
        scalars.append(contentsOf: bytes.lazy.map { Unicode.Scalar($0) })
        self = String(scalars)
    }
}
