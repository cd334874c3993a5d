import AnchoreAPI
import FleetAPI
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging

/// Answers of `/v2` as HTTP has them.
enum FleetResponse {
    static func of(_ answer: FleetAnswer, to request: Request, bounds: ExportBounds, logger: Logger) -> Response {
        switch answer {
        case .bytes(let bytes, let mediaType): return tagged(bytes, mediaType, request)
        case .page(let items, let next):
            var members = [JSONMember("items", .array(items))]
            if let next { members.append(JSONMember("next", .string(next))) }
            var response = tagged(JSONValue.object(members).bytes, "application/json", request)
            if let next, let link = HTTPField.Name("Link") {
                response.headers[link] = "<\(address(of: request, next))>; rel=\"next\""
            }
            return response
        case .made(let value, let place, let isNew):
            return Response(
                status: isNew ? .created : .ok,
                headers: [.contentType: "application/json", .location: place],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: value.bytes))
            )
        case .nothing: return Response(status: .noContent)
        case .export(let mediaType, let fileName, let produce):
            let body = stream(produce, bounds, logger)
            var response = Response(status: .ok, headers: [.contentType: mediaType], body: body)
            response.headers[.contentDisposition] = "attachment; filename=\"\(fileName)\""
            return response
        }
    }

    /// Bytes with their entity tag, or 304 where the client has them.
    private static func tagged(_ bytes: [UInt8], _ mediaType: String, _ request: Request) -> Response {
        let tag = EntityTag.of(bytes)
        var headers: HTTPFields = [.eTag: tag, .cacheControl: "private, no-cache"]
        if let given = request.headers[.ifNoneMatch], EntityTag.matches(tag, given) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = mediaType
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// The address of the next page: the one that was asked for, with another cursor.
    private static func address(of request: Request, _ cursor: String) -> String {
        let others = (request.uri.query ?? "").split(separator: "&").filter { !$0.hasPrefix("cursor=") }
        return request.uri.path + "?" + (others + ["cursor=\(cursor)"]).joined(separator: "&")
    }

    private static func stream(
        _ produce: @escaping @Sendable (ExportPipe) async throws -> Void,
        _ bounds: ExportBounds,
        _ logger: Logger
    ) -> ResponseBody {
        ResponseBody { writer in
            let pipe = ExportPipe(bounds: bounds)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    do {
                        try await produce(pipe)
                        pipe.finish(.success(()))
                    } catch let error as ExportPipe.Abandoned {
                        if let reason = error.reason { logger.warning("an export was ended: \(reason)") }
                        pipe.finish(.failure(error))
                    } catch {
                        logger.error("an export ended early: \(error)")
                        pipe.finish(.failure(error))
                    }
                }
                // However this ends, the producer is not left waiting for a client that has gone.
                defer { pipe.abandon() }
                while let part = try await pipe.next() { try await writer.write(ByteBuffer(bytes: part)) }
            }
            try await writer.finish(nil)
        }
    }

    static func of(_ problem: Problem) -> Response {
        let status = HTTPResponse.Status(code: problem.status)
        var headers: HTTPFields = [.contentType: Problem.mediaType]
        if let seconds = problem.retryAfter { headers[.retryAfter] = "\(seconds)" }
        switch problem.status {
        case 401:
            headers[.wwwAuthenticate] = #"Basic realm="Tallyman", charset="UTF-8", Bearer realm="Tallyman""#
        // What is left of a body that was refused is not read on.
        case 408, 413, 415: headers[.connection] = "close"
        default: break
        }
        return Response(
            status: status,
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: problem.json.bytes))
        )
    }
}
