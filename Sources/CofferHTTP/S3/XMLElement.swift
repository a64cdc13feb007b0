import NIOCore

/// An element of the small XML documents that S3 answers with.
///
/// Reads elements, texts, CDATA, comments and the predefined and numeric references; attributes are skipped and prefixes
/// dropped. Document types are refused, so nothing can be defined, included or expanded.
struct XMLElement: Equatable, Sendable {
    let name: String
    fileprivate(set) var text = ""
    fileprivate(set) var children: [XMLElement] = []

    fileprivate init(name: String) {
        self.name = name
    }

    /// - Returns: nil unless the bytes are one well-formed document of at most so many levels.
    init?(parsing bytes: ByteBuffer, maxDepth: Int = 16) {
        var reader = XMLReader(Array(bytes.readableBytesView), maxDepth: maxDepth)
        guard let root = reader.document() else { return nil }
        self = root
    }

    func first(_ name: String) -> XMLElement? {
        children.first { $0.name == name }
    }

    func all(_ name: String) -> [XMLElement] {
        children.filter { $0.name == name }
    }

    /// The text of the first child of this name.
    func text(of name: String) -> String? {
        first(name)?.text
    }
}

/// Reads one document from its beginning to its end; every method returns nil or false where it is not well-formed.
private struct XMLReader {
    private let bytes: [UInt8]
    private let maxDepth: Int
    private var position = 0

    init(_ bytes: [UInt8], maxDepth: Int) {
        self.bytes = bytes
        self.maxDepth = maxDepth
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    mutating func document() -> XMLElement? {
        guard skipProlog(), let root = element(depth: 1), skipProlog(), position == bytes.count else { return nil }
        return root
    }

    private func isAt(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { bytes[position...].starts(with: $0) }
    }

    private mutating func take(_ text: StaticString) -> Bool {
        guard isAt(text) else { return false }
        position += text.utf8CodeUnitCount
        return true
    }

    /// Moves behind the next occurrence of a text.
    private mutating func skip(past text: StaticString) -> Bool {
        while position < bytes.count {
            if take(text) { return true }
            position += 1
        }
        return false
    }

    private mutating func skipBlanks() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    /// Skips blanks, comments and processing instructions, the XML declaration among them.
    private mutating func skipProlog() -> Bool {
        while true {
            skipBlanks()
            if take("<?") {
                guard skip(past: "?>") else { return false }
            } else if take("<!--") {
                guard skip(past: "-->") else { return false }
            } else {
                return true
            }
        }
    }

    private mutating func element(depth: Int) -> XMLElement? {
        guard depth <= maxDepth, take("<"), let name = name(), let isEmpty = attributes() else { return nil }
        var element = XMLElement(name: String(name.split(separator: ":").last ?? ""))
        if isEmpty { return element }
        var text: [UInt8] = []
        while position < bytes.count {
            if take("</") {
                guard let end = self.name(), end == name else { return nil }
                skipBlanks()
                guard take(">"), let text = String(validating: text, as: UTF8.self) else { return nil }
                element.text = text
                return element
            } else if take("<!--") {
                guard skip(past: "-->") else { return nil }
            } else if take("<![CDATA[") {
                let start = position
                guard skip(past: "]]>") else { return nil }
                text += bytes[start..<position - 3]
            } else if isAt("<") {
                guard let child = self.element(depth: depth + 1) else { return nil }
                element.children.append(child)
            } else if take("&") {
                guard let character = reference() else { return nil }
                text += character
            } else {
                text.append(bytes[position])
                position += 1
            }
        }
        return nil
    }

    private mutating func name() -> String? {
        let start = position
        while position < bytes.count, Self.isPartOfName(bytes[position]) { position += 1 }
        return start == position ? nil : String(validating: bytes[start..<position], as: UTF8.self)
    }

    private static func isPartOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x80...: true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        case UInt8(ascii: ":"): true
        default: false
        }
    }

    /// Skips attributes and the end of a start tag; true when the element ends with it.
    private mutating func attributes() -> Bool? {
        while true {
            skipBlanks()
            if take("/>") { return true }
            if take(">") { return false }
            guard name() != nil else { return nil }
            skipBlanks()
            guard take("=") else { return nil }
            skipBlanks()
            if take("\"") {
                guard skip(past: "\"") else { return nil }
            } else {
                guard take("'"), skip(past: "'") else { return nil }
            }
        }
    }

    /// The character that a reference stands for; the ampersand is behind us.
    private mutating func reference() -> [UInt8]? {
        let start = position
        guard skip(past: ";"), position - start <= 10 else { return nil }
        let name = String(decoding: bytes[start..<position - 1], as: UTF8.self)
        switch name {
        case "amp": return Array("&".utf8)
        case "lt": return Array("<".utf8)
        case "gt": return Array(">".utf8)
        case "quot": return Array("\"".utf8)
        case "apos": return Array("'".utf8)
        default:
            let number = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst())
            guard name.hasPrefix("#"), let scalar = number.flatMap(Unicode.Scalar.init) else { return nil }
            return Array(String(Character(scalar)).utf8)
        }
    }
}
