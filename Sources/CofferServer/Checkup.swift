import CofferCore
import CofferHTTP
import CofferMedia
import Foundation
import Glibc
import Logging
import NIOCore

/// Looks at everything the server needs and says what is wrong and what to do about it.
package struct Checkup: Sendable {
    /// What one look found.
    package struct Finding: Sendable {
        package let isGood: Bool
        package let line: String

        static func good(_ text: String) -> Finding { Finding(isGood: true, line: "ok    \(text)") }
        static func note(_ text: String) -> Finding { Finding(isGood: true, line: "note  \(text)") }
        static func bad(_ text: String, fix: String) -> Finding {
            Finding(isGood: false, line: "FAIL  \(text)\n      \(fix)")
        }
    }

    private let settings: Settings

    package init(_ settings: Settings) {
        self.settings = settings
    }

    package func findings() async -> [Finding] {
        var findings: [Finding] = [.good("settings: \(settings.dialects.joined(separator: ", ")) would be served")]
        findings += settings.unknownNames.map { .note("setting \($0) is unknown and ignored; is it misspelt?") }
        findings += await dataFindings()
        findings += await bucketFindings()
        findings.append(await mailFinding())
        findings.append(portFinding())
        findings.append(roomFinding())
        findings += toolFindings()
        findings += await mediaFindings()
        return findings
    }

    /// Opens the stores the way the server does; a running server keeps them to itself, which is no fault.
    private func dataFindings() async -> [Finding] {
        do {
            let clock = SystemWallClock()
            let logger = Logger(label: "doctor") { _ in SwiftLogNoOpLogHandler() }
            let stores = try Stores(settings, clock: clock, random: SystemRandomSource(), logger: logger)
            try await stores.database.migrate(DialectMaker.migrations)
            try await stores.files.probe()
            try await stores.checkBucket(logger)
            _ = try await DialectMaker(
                settings,
                stores,
                clock: clock,
                random: SystemRandomSource(),
                logger: logger
            ).dialects()
            let type = stores.mediaTypes.mediaType(of: ByteBuffer(string: "%PDF-1.7\n"))
            try await stores.close()
            return [
                .good("data directory \(settings.dataPath): writable, database works"),
                type == "application/pdf"
                    ? .good("libmagic tells media types")
                    : .bad(
                        "libmagic does not know its own types",
                        fix: "Install the package libmagic1 (libmagic-mgc)."
                    ),
            ]
        } catch let failure as DataDirectory.Failure {
            if case .inUse = failure { return [.note("\(failure) Its database was not looked at.")] }
            return [.bad(failure.description, fix: "Choose another directory with --data, or mend its permissions.")]
        } catch is MailFailure {
            // Told below.
            return []
        } catch {
            return [
                .bad("data directory \(settings.dataPath): \(error)", fix: "Mend it, or choose another with --data.")
            ]
        }
    }

    /// Logs in at the mail server, without sending anything, or tells where mail lies.
    private func mailFinding() async -> Finding {
        guard let server = settings.mail.server else {
            let path = "\(settings.dataPath)/outbox"
            var isDirectory: ObjCBool = false
            let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            return !isThere || isDirectory.boolValue
                ? .note("mail: no mail server is set (COFFER_MAIL_HOST); mail is written into \(path)")
                : .bad("mail: \(path) is not a directory", fix: "Move it away, or set COFFER_MAIL_HOST.")
        }
        let (sender, clock, random) = (settings.mail.sender, SystemWallClock(), SystemRandomSource())
        do {
            try await SMTPMailer(server, sender: sender, clock: clock, random: random).tryOut()
            let place = "\(server.host):\(server.port)"
            return .good("mail: mail server \(place) takes mail (\(server.security.rawValue))")
        } catch {
            return .bad("mail: \(error)", fix: "Compare the settings COFFER_MAIL_… with those of the mail server.")
        }
    }

    /// Does with the bucket what the server does with it.
    private func bucketFindings() async -> [Finding] {
        guard let s3 = settings.s3 else { return [] }
        let client = S3Client(s3, clock: SystemWallClock(), random: SystemRandomSource())
        let place = "bucket \(s3.location.bucket)"
        let finding: Finding
        do {
            try await client.tryOut(name: SystemRandomSource().hex(byteCount: 8))
            finding = .good("\(place): objects can be stored, read, listed and deleted")
        } catch StorageError.unavailable(let reason) {
            finding = .bad("\(place): \(reason)", fix: "Mend it, or correct the COFFER_S3_ settings (docs/s3.md).")
        } catch {
            finding = .bad("\(place): \(error)", fix: "Mend it, or correct the COFFER_S3_ settings (docs/s3.md).")
        }
        try? await client.shutdown()
        return [finding]
    }

    private func portFinding() -> Finding {
        guard settings.port != 0 else { return .good("port: the system chooses") }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var reuse: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<CInt>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(settings.port).bigEndian
        guard inet_pton(AF_INET, settings.host, &address.sin_addr) == 1 else {
            return .note("port \(settings.port): not tried, \(settings.host) is not an IPv4 address")
        }
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return status == 0
            ? .good("port \(settings.port) on \(settings.host) is free")
            : .bad(
                "port \(settings.port) on \(settings.host) cannot be used: \(String(cString: strerror(errno)))",
                fix: "Stop what uses it, or choose another with --port."
            )
    }

    private func roomFinding() -> Finding {
        var status = statvfs()
        guard statvfs(settings.dataPath, &status) == 0 else { return .note("free space: unknown") }
        let mebibytes = (UInt64(status.f_bavail) * UInt64(status.f_frsize)) >> 20
        return mebibytes >= 1024
            ? .good("free space: \(mebibytes) MiB")
            : .note("free space: only \(mebibytes) MiB are left for uploads")
    }

    private func toolFindings() -> [Finding] {
        let assets = DocumentationAssets(path: settings.docsAssetsPath)
        return [
            assets.areThere
                ? .good("documentation pages have their scripts")
                : .note("documentation pages are plain lists; scripts/bootstrap fetches their scripts")
        ]
    }

    /// Looks for the programs that make thumbnails, and lets one make a picture.
    private func mediaFindings() async -> [Finding] {
        guard settings.dialects.contains("heaper") else { return [] }
        let toolbox = MediaToolbox()
        guard toolbox.canLimit else {
            return [
                .note("thumbnails: prlimit, setpriv or nice is not installed (util-linux, coreutils); none are made")
            ]
        }
        var findings = toolbox.missing.map { tool in
            Finding.note("thumbnails: \(tool.rawValue) is not installed (\(tool.package)); no \(tool.purpose)")
        }
        guard !toolbox.missing.contains(.vips) else { return findings }
        let folder = "\(FileManager.default.temporaryDirectory.path)/coffer-doctor-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        do {
            var limits = MediaLimits()
            limits.niceness = 0
            try await Media(folder: folder, limits: limits, toolbox: toolbox).tryOut()
            findings.append(.good("thumbnails: pictures can be made"))
        } catch {
            let fix = "Run vips by hand; a sandbox around the server must allow prlimit64 and setpriority."
            findings.append(.bad("thumbnails: a picture could not be made (\(error))", fix: fix))
        }
        return findings
    }
}
