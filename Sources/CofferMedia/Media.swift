import Glibc
import NIOCore
package import NIOPosix

/// Makes pictures of files and reads what they are.
///
/// Images are inspected here, in Swift, by their headers alone; everything that decodes runs outside, as a child process
/// under limits. Calls wait for their turn; cancelling a caller ends its child.
package final class Media: Sendable {
    package let limits: MediaLimits
    package let toolbox: MediaToolbox
    let run: ToolRun
    private let threads: NIOThreadPool
    private let gate: ToolGate
    private let folders: WorkDirectories

    /// - Parameters:
    ///   - folder: where runs keep their files; nobody else's, it is emptied.
    ///   - limits: what a run may use.
    ///   - toolbox: the installed tools.
    ///   - threads: for file access; must be running.
    /// - Throws: ``MediaFailure/system(errno:)`` when the folder cannot be made.
    package init(
        folder: String,
        limits: MediaLimits = MediaLimits(),
        toolbox: MediaToolbox = MediaToolbox(),
        threads: NIOThreadPool = .singleton
    ) throws {
        self.limits = limits
        self.toolbox = toolbox
        self.threads = threads
        run = ToolRun(toolbox: toolbox, limits: limits)
        gate = ToolGate(width: limits.concurrency, maxWaiting: limits.maxWaiting)
        folders = WorkDirectories(root: folder, threads: threads)
        try folders.prepare()
    }

    /// What the file is, by its content.
    ///
    /// - Returns: nil for a format that we do not open.
    package func format(of input: MediaInput) async throws -> MediaFormat? {
        MediaFormat(head: try await input.read(at: 0, count: MediaFormat.headBytes, on: threads))
    }

    /// Width, height, length and tags of a file; no tool is run for images.
    ///
    /// - Throws: ``MediaFailure``: `unsupported` for a format that we do not open, `broken`, and for videos what a run
    ///   of `ffprobe` can end in.
    package func inspect(_ input: MediaInput) async throws -> MediaReport {
        guard let format = try await format(of: input) else { throw MediaFailure.unsupported }
        guard format.kind != .image else { return try await ImageHeader.read(format, ByteSource(input, on: threads)) }
        return try await withTool(.ffprobe, input) { file, folder in
            try await self.probe(format, file, in: folder)
        }
    }

    /// Like ``inspect(_:)``, for images alone, so that no tool is run and nobody waits.
    package func inspectImage(_ input: MediaInput) async throws -> MediaReport {
        guard let format = try await format(of: input), format.kind == .image else { throw MediaFailure.unsupported }
        return try await ImageHeader.read(format, ByteSource(input, on: threads))
    }

    /// The facts of an image whose pixels we are willing to decode.
    func decodable(_ format: MediaFormat, _ input: MediaInput) async throws -> MediaReport {
        let facts = try await ImageHeader.read(format, ByteSource(input, on: threads))
        let (pixels, overflow) = Int64(facts.width ?? 0).multipliedReportingOverflow(by: Int64(facts.height ?? 0))
        guard !overflow, pixels <= limits.maxPixels else { throw MediaFailure.tooLarge }
        return facts
    }

    /// Waits for a turn, and gives `body` an open file with the input's bytes and a folder that goes afterwards.
    func withTool<Value: Sendable>(
        _ tool: MediaTool,
        _ input: MediaInput,
        _ body: (_ file: CInt, _ folder: String) async throws -> Value
    ) async throws -> Value {
        guard toolbox.path(of: tool) != nil else { throw MediaFailure.unavailable(tool) }
        return try await gate.through {
            try await folders.with { folder in
                do {
                    return try await give(input, folder, to: body)
                } catch MediaFailure.broken where folders.isFull {
                    // A tool does not tell that it could not write.
                    throw MediaFailure.system(errno: ENOSPC)
                }
            }
        }
    }

    private func give<Value: Sendable>(
        _ input: MediaInput,
        _ folder: String,
        to body: (_ file: CInt, _ folder: String) async throws -> Value
    ) async throws -> Value {
        guard case .bytes(let size, _) = input else {
            guard case .file(let descriptor, _) = input else { throw MediaFailure.unsupported }
            return try await body(descriptor, folder)
        }
        guard size <= limits.maxCopyBytes else { throw MediaFailure.tooLarge }
        let copy = try await copy(input, into: folder)
        defer { close(copy) }
        return try await body(copy, folder)
    }

    private func copy(_ input: MediaInput, into folder: String) async throws -> CInt {
        let file = open("\(folder)/input", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw MediaFailure.system(errno: errno) }
        do {
            var offset: Int64 = 0
            while offset < input.size {
                let piece = try await input.read(at: offset, count: 1 << 20, on: threads)
                guard !piece.isEmpty else { throw MediaFailure.broken }
                try await threads.runIfActive {
                    var written = 0
                    while written < piece.count {
                        let count = piece.withUnsafeBytes {
                            Glibc.write(file, $0.baseAddress.map { $0 + written }, $0.count - written)
                        }
                        if count < 0, errno == EINTR { continue }
                        guard count > 0 else { throw MediaFailure.system(errno: errno) }
                        written += count
                    }
                }
                offset += Int64(piece.count)
            }
            return file
        } catch {
            close(file)
            throw error
        }
    }

    /// Reads and checks what a tool wrote; that a tool says all is well proves nothing.
    ///
    /// - Throws: ``MediaFailure/broken`` when there is no picture of that format.
    func picture(at path: String, _ format: PictureFormat) async throws -> Picture {
        guard let written = try await folders.contents(of: path, upTo: limits.outputBytes) else {
            throw MediaFailure.broken
        }
        guard let found = try await self.format(of: MediaInput(written)), PictureFormat(found) == format,
            let bytes = format == .webp ? WebPMetadata.removed(from: written) : written
        else { throw MediaFailure.broken }
        let facts = try await ImageHeader.read(found, ByteSource(MediaInput(bytes), on: threads))
        return Picture(bytes: bytes, format: format, width: facts.width ?? 0, height: facts.height ?? 0)
    }
}
