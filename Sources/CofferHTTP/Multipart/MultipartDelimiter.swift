import Glibc

/// The delimiter between the parts of one form, and the search for it.
///
/// A delimiter line is CRLF, `--`, the boundary, then either `--` (the last one) or blanks and CRLF; at the start of the input,
/// and right after a part's header block, its own CRLF may be missing. The boundary followed by anything else is content.
///
/// A delimiter holds a CR at its first byte only, so a failed comparison never has to step back: a search costs O(n) whatever
/// the bytes are.
///
/// - Source: RFC 2046, section 5.1.1.
struct MultipartDelimiter: Sendable {
    /// What a stretch of body bytes holds.
    enum Finding: Equatable {
        /// This many bytes are content; those that follow may be the head of a delimiter.
        case content(bytes: Int)
        /// A delimiter takes the bytes from `start` up to `end`; those before it are content.
        case delimiter(start: Int, end: Int, isLast: Bool)
    }

    private enum Tail {
        case opens(end: Int)
        case closes(end: Int)
        case isContent
        case isCut
    }

    private static let maxBoundaryBytes = 70
    /// Blanks that may follow a boundary; a longer run makes the line content.
    private static let maxPaddingBytes = 64

    /// CRLF, `--` and the boundary.
    private let line: [UInt8]

    init(boundary: [UInt8]) throws(MultipartError) {
        guard
            (1...Self.maxBoundaryBytes).contains(boundary.count),
            boundary.allSatisfy(Self.isBoundaryByte),
            boundary.last != UInt8(ascii: " ")
        else { throw .invalidBoundary }
        line = Array("\r\n--".utf8) + boundary
    }

    /// Finds the first delimiter, or how much is certainly content.
    ///
    /// With `atLineStart` a delimiter needs no CRLF of its own at the very front.
    func search(_ bytes: UnsafeRawBufferPointer, atLineStart: Bool) -> Finding {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return .content(bytes: 0) }
        return line.withUnsafeBytes { line in
            guard let lineBase = line.baseAddress else { return .content(bytes: bytes.count) }
            if atLineStart {
                let length = min(line.count - 2, bytes.count)
                if memcmp(base, lineBase + 2, length) == 0,
                    let finding = judge(bytes, start: 0, lineEnd: line.count - 2)
                {
                    return finding
                }
            }
            var position = 0
            while position < bytes.count, let found = memchr(base + position, Self.cr, bytes.count - position) {
                var start = UnsafeRawPointer(found) - base
                // Only the last CR of a run can begin a delimiter.
                while start + 1 < bytes.count, bytes[start + 1] == UInt8(ascii: "\r") { start += 1 }
                position = start + 1
                if position < bytes.count, bytes[position] != UInt8(ascii: "\n") { continue }
                let length = min(line.count, bytes.count - start)
                guard memcmp(base + start, lineBase, length) == 0 else { continue }
                if let finding = judge(bytes, start: start, lineEnd: start + line.count) { return finding }
                position = start + line.count
            }
            return .content(bytes: bytes.count)
        }
    }

    /// Decides about a matching line that starts at `start`; nil when it is content after all.
    private func judge(_ bytes: UnsafeRawBufferPointer, start: Int, lineEnd: Int) -> Finding? {
        switch tail(of: bytes, from: lineEnd) {
        case .opens(let end): .delimiter(start: start, end: end, isLast: false)
        case .closes(let end): .delimiter(start: start, end: end, isLast: true)
        case .isContent: nil
        case .isCut: .content(bytes: start)
        }
    }

    /// Reads what follows the boundary itself.
    private func tail(of bytes: UnsafeRawBufferPointer, from lineEnd: Int) -> Tail {
        guard lineEnd < bytes.count else { return .isCut }
        if bytes[lineEnd] == UInt8(ascii: "-") {
            guard lineEnd + 1 < bytes.count else { return .isCut }
            return bytes[lineEnd + 1] == UInt8(ascii: "-") ? .closes(end: lineEnd + 2) : .isContent
        }
        var index = lineEnd
        let paddingEnd = lineEnd + Self.maxPaddingBytes
        while index < bytes.count, index < paddingEnd, bytes[index].isBlank { index += 1 }
        guard index < bytes.count else { return .isCut }
        guard bytes[index] == UInt8(ascii: "\r") else { return .isContent }
        guard index + 1 < bytes.count else { return .isCut }
        return bytes[index + 1] == UInt8(ascii: "\n") ? .opens(end: index + 2) : .isContent
    }

    private static let cr = Int32(UInt8(ascii: "\r"))

    private static func isBoundaryByte(_ byte: UInt8) -> Bool {
        byte.isASCIILetterOrDigit || Array("'()+_,-./:=? ".utf8).contains(byte)
    }
}
