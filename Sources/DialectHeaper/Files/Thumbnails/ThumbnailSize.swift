import CofferCore
import CofferMedia

/// The sizes in which we make thumbnails, by their longest edge in pixels.
enum ThumbnailSize: String, CaseIterable, Sendable {
    case tiny, small, medium, large

    var edge: Int {
        switch self {
        case .tiny: 64
        case .small: 256
        case .medium: 768
        case .large: 1600
        }
    }

    /// A name, or a number of pixels, 16 to 2048, for which the next size up stands.
    ///
    /// - Throws: ``HeaperError/malformed(_:)``.
    init(_ text: String) throws {
        if let named = Self(rawValue: text) {
            self = named
        } else if let edge = Int(text), (16...2048).contains(edge), text.allSatisfy(\.isNumber) {
            self = Self.allCases.first { $0.edge >= edge } ?? .large
        } else {
            throw HeaperError.malformed("The size must be tiny, small, medium, large or a number from 16 to 2048")
        }
    }
}

/// A moment of a video as paths name it: seconds (`12.5`) or percent (`50%`).
struct FramePosition: Hashable, Sendable {
    let position: VideoPosition
    /// Its spelling in keys; moments nearer than a tenth of a second, or one percent, are one.
    let text: String

    /// - Throws: ``HeaperError/malformed(_:)``.
    init(_ path: String) throws {
        guard let parsed = Self(lenient: path) else {
            throw HeaperError.malformed("The position must be seconds, such as 12.5, or percent, such as 50%")
        }
        self = parsed
    }

    /// - Returns: nil for text of another form.
    init?(lenient path: String) {
        let isPercent = path.hasSuffix("%")
        let digits = isPercent ? path.dropLast() : path[...]
        let isPlain = digits.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
        guard (1...12).contains(digits.utf8.count), isPlain, let number = Double(digits) else { return nil }
        if isPercent {
            guard number <= 100 else { return nil }
            position = .percent(number.rounded())
            text = "\(Int(number.rounded()))p"
        } else {
            guard number <= 1e6 else { return nil }
            let tenths = (number * 10).rounded()
            position = .seconds(tenths / 10)
            text = "\(Int(tenths * 100))"
        }
    }

    /// The moment in a video of this length; nil when only the length would tell.
    func moment(in length: Duration?) -> Duration? {
        switch position {
        case .seconds(let seconds): .milliseconds(Int64(seconds * 1000))
        case .percent(let percent): length.map { .milliseconds(Int64(Double($0.wholeMilliseconds) * percent / 100)) }
        }
    }
}
