import CofferCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Runs the scans that were ordered, and ends those that the process before this one has left.
struct ScanRunner: Service {
    let desk: ScanDesk
    let store: ScanStore
    let folders: HeapFolders
    let documents: any DocumentHosting
    let events: any HeapEventPassing
    let mediaTypes: MediaTypeDetector
    let work: BackgroundWork
    let logger: Logger

    func run() async throws {
        let width = max(2, min(4, System.coreCount))
        let threads = NIOThreadPool(numberOfThreads: width)
        threads.start()
        let hasher = FileHasher(threads: threads, width: width, mediaTypes: mediaTypes)
        await work.untilShutdown {
            await work.attempt { try await store.endInterrupted(except: desk.activeIDs) }
            await serve(hasher)
        }
        try await threads.shutdownGracefully()
    }

    private func serve(_ hasher: FileHasher) async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                while let running = desk.next() {
                    group.addTask { await perform(running, hasher) }
                }
                await desk.signal.wait()
            }
        }
    }

    /// Runs one scan to its end, which is recorded.
    func perform(_ running: RunningScan, _ hasher: FileHasher) async {
        let end = await withTaskCancellationHandler {
            do {
                var job = ScanJob(running, self, hasher: hasher)
                return try await job.run()
            } catch {
                if running.mayGoOn {
                    let scan = running.scan
                    logger.error("scan failed", metadata: ["scan": "\(scan.id)", "error": "\(error)"])
                }
                return running.mayGoOn ? .broken : Scan.End.stopped
            }
        } onCancel: {
            running.stop()
        }
        let scan = running.finish(end)
        do {
            try await store.save(scan)
        } catch {
            logger.error("scan not recorded", metadata: ["scan": "\(scan.id)", "error": "\(error)"])
        }
        desk.end(running)
    }
}
