import CofferHTTP
import CofferTesting
import Foundation
import Testing

/// Folders of heaps, and scans of them.
extension HeaperClient {
    /// Somebody's heap with a folder on the server's machine.
    struct ScanPlace: Sendable {
        let client: HeaperClient
        let session: Session
        let heap: String

        var folder: String { "\(client.server.dataPath)/heaps/\(session.user)/\(heap)" }

        /// Writes a file of long ago.
        func write(_ path: String, _ text: String) throws {
            let url = URL(fileURLWithPath: "\(folder)/\(path)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: url)
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -86_400)],
                ofItemAtPath: url.path
            )
        }

        func post(
            _ target: String,
            _ members: [JSONValue.Member] = [],
            as other: Session? = nil
        ) async throws
            -> TestResponse
        {
            try await client.post(target, .object(members), as: other ?? session)
        }

        func order(_ path: String? = nil, as other: Session? = nil) async throws -> TestResponse {
            let more = path.map { [JSONValue.Member("path", .string($0))] } ?? []
            return try await post("/api/scan_folder", [.init("heap_id", .string(heap))] + more, as: other)
        }

        /// Asks for a scan's state, by stopping it, until it is over.
        func finished(_ scan: String) async throws -> String {
            while true {
                let answer = try await client.get("/api/active_scans", as: session)
                guard case .array(let scans)? = answer.json?["scans"] else {
                    throw HeaperUnexpectedAnswer(text: answer.text)
                }
                guard scans.contains(where: { $0["scan_id"] == .string(scan) }) else { break }
                try await Task.sleep(for: .milliseconds(10))
            }
            return try await post("/api/abort_scan", [.init("scan_id", .string(scan))]).heaperText("status")
        }

        /// Scans to the end.
        func scan(_ path: String? = nil) async throws -> String {
            let answer = try await order(path)
            try #require(answer.status == 200, "\(answer.text)")
            return try await finished(try answer.heaperText("scan_id"))
        }

        /// The heap's blocks as the listing shows them.
        func blocks() async throws -> [JSONValue] {
            let answer = try await post("/api/heap", [.init("heap_id", .string(heap))])
            guard case .array(let blocks)? = answer.json?["blocks"] else {
                throw HeaperUnexpectedAnswer(text: answer.text)
            }
            return blocks.filter { $0["type"] == "file" }
        }
    }

    func makeScanPlace(_ session: Session? = nil, encrypted: Bool = false) async throws -> ScanPlace {
        let owner: Session
        if let session { owner = session } else { owner = try await login() }
        let answer = try await post("/api/heap/add", ["name": "Scanned", "encrypted": .bool(encrypted)], as: owner)
        try #require(answer.status == 200, "\(answer.text)")
        let place = ScanPlace(client: self, session: owner, heap: try answer.heaperText("id"))
        try FileManager.default.createDirectory(atPath: place.folder, withIntermediateDirectories: true)
        return place
    }
}
