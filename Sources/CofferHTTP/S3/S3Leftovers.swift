import CofferCore
import Logging
import ServiceLifecycle
import Synchronization

/// Removes objects and uploads that nobody waits for.
///
/// What it cannot remove, or has not removed when the server stops, reconciling finds.
package final class S3Leftovers: Service {
    enum Item: Sendable {
        case object(String)
        case upload(key: String, id: String)
    }

    private static let parallel = 8

    private let client: S3Client
    private let logger: Logger
    private let items = Mutex<[Item]>([])
    private let signal = Signal()

    init(client: S3Client, logger: Logger) {
        self.client = client
        self.logger = logger
    }

    func add(_ item: Item) {
        items.withLock { $0.append(item) }
        signal.raise()
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.signal.wait()
                await self.removeAll()
            }
        }
    }

    private func removeAll() async {
        let all = items.withLock { items in
            defer { items = [] }
            return items
        }
        for start in stride(from: 0, to: all.count, by: Self.parallel) {
            await withDiscardingTaskGroup { group in
                for item in all[start..<min(start + Self.parallel, all.count)] {
                    group.addTask { await self.remove(item) }
                }
            }
        }
    }

    private func remove(_ item: Item) async {
        do {
            switch item {
            case .object(let key): try await client.delete(key)
            case .upload(let key, let id): try await client.abortUpload(key, upload: id)
            }
        } catch {
            logger.warning("object not removed", metadata: ["error": "\(error)"])
        }
    }
}
