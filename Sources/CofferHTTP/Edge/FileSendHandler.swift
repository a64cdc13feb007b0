package import CofferCore
import Glibc
import NIOCore
import NIOHTTP1

/// A wish to send part of an open file as the next bytes of the response body.
///
/// Trigger it as an outbound user event: Hummingbird's bodies carry buffers only, and copying a gigabyte through them
/// costs three times the CPU of `sendfile`. The event's promise completes when the kernel has taken the bytes.
package struct SendFile: Sendable {
    let file: PlainFile
    let range: Range<Int64>

    package init(_ file: PlainFile, _ range: Range<Int64>) {
        self.file = file
        self.range = range
    }
}

/// Turns ``SendFile`` events into file regions of the running response.
final class FileSendHandler: ChannelOutboundHandler {
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let send = event as? SendFile else {
            context.triggerUserOutboundEvent(event, promise: promise)
            return
        }
        // The reader may close its descriptor while this write waits for the socket, so it gets one of its own.
        let descriptor = fcntl(send.file.descriptor, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else {
            promise?.fail(IOError(errnoCode: errno, reason: "duplicate descriptor"))
            return
        }
        let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: descriptor)
        let region = FileRegion(
            fileHandle: handle,
            readerIndex: Int(send.range.lowerBound),
            endIndex: Int(send.range.upperBound)
        )
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.whenComplete { _ in try? handle.close() }
        sent.futureResult.cascade(to: promise)
        context.writeAndFlush(wrapOutboundOut(.body(.fileRegion(region))), promise: sent)
    }
}
