import CofferTesting
import Foundation
import NIOCore
import Testing

@testable import CofferMedia

/// Makes files with the tools themselves, and a ``Media`` whose folder can be looked at afterwards.
struct MediaFixtures {
    let directory: TemporaryDirectory
    let media: Media

    var workPath: String { "\(directory.path)/work" }

    /// Patient ones, as tests may run on a busy machine.
    static var limits: MediaLimits {
        var limits = MediaLimits()
        (limits.wallTime, limits.niceness) = (.seconds(600), 0)
        return limits
    }

    init(_ limits: MediaLimits = limits, toolbox: MediaToolbox = MediaToolbox()) throws {
        directory = try TemporaryDirectory()
        media = try Media(folder: "\(directory.path)/work", limits: limits, toolbox: toolbox)
    }

    /// What runs left behind.
    func leftovers() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: workPath)
    }

    func path(_ name: String) -> String { "\(directory.path)/\(name)" }

    /// Runs ffmpeg with arguments whose last is the name of the file to make.
    @discardableResult
    func make(_ name: String, _ arguments: String...) async throws -> [UInt8] {
        try await Self.run("ffmpeg", ["-nostdin", "-v", "error", "-y"] + arguments + [path(name)])
        return try bytes(name)
    }

    func vips(_ arguments: String...) async throws {
        try await Self.run("vips", arguments)
    }

    func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    static func run(_ tool: String, _ arguments: [String]) async throws {
        let status = try await TestProcess.run("/usr/bin/\(tool)", arguments)
        try #require(status == 0, "\(tool) \(arguments)")
    }

    /// Folders in which `tool` is a shell script, and everything else what is installed.
    static func toolbox(_ tool: MediaTool, script: String, in directory: TemporaryDirectory) throws -> MediaToolbox {
        try directory.write(script: tool.rawValue, script)
        return MediaToolbox(folders: [directory.path, "/usr/bin", "/bin"])
    }
}

extension MediaInput {
    init(_ bytes: [UInt8]) {
        self.init(ByteBuffer(bytes: bytes))
    }
}

/// The bytes of pictures that no tool makes.
enum Crafted {
    /// A PNG's signature and header; nothing follows.
    static func png(width: UInt32, height: UInt32) -> [UInt8] {
        var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]
        bytes += Array("IHDR".utf8) + big(width) + big(height) + [8, 2, 0, 0, 0, 0, 0, 0, 0]
        return bytes + [0, 0, 0, 0] + Array("IDAT".utf8)
    }

    /// An EXIF block: orientation, maker, and a place 51.5° north, 0.25° west.
    static func exif(orientation: UInt8) -> [UInt8] {
        // Directory at 8 with three entries, GPS directory at 50 with four, then texts and ratios.
        var block = Array("MM\0*".utf8) + big(8)
        block += [0, 3]
        block +=
            entry(0x010F, 2, 7, big(104)) + entry(0x0112, 3, 1, [0, orientation, 0, 0]) + entry(0x8825, 4, 1, big(50))
        block += big(0)
        block += [0, 4]
        block += entry(1, 2, 2, Array("N\0\0\0".utf8)) + entry(2, 5, 3, big(111))
        block += entry(3, 2, 2, Array("W\0\0\0".utf8)) + entry(4, 5, 3, big(135))
        block += big(0)
        block += Array("Coffer\0".utf8)
        block += big(51) + big(1) + big(30) + big(1) + big(0) + big(1)
        block += big(0) + big(1) + big(15) + big(1) + big(0) + big(1)
        return block
    }

    /// Puts an EXIF block into a JPEG, right after its beginning.
    static func jpeg(_ plain: [UInt8], exif: [UInt8]) -> [UInt8] {
        let content = Array("Exif\0\0".utf8) + exif
        let length = UInt16(content.count + 2)
        return Array(plain[..<2]) + [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + content + plain[2...]
    }

    private static func entry(_ tag: UInt16, _ type: UInt8, _ count: UInt32, _ value: [UInt8]) -> [UInt8] {
        [UInt8(tag >> 8), UInt8(tag & 255), 0, type] + big(count) + value
    }

    private static func big(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
    }
}
