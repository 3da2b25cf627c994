namespace Cohort.Rewards;

/// <summary>
/// How rewards reach a server: the given address only, without redirects, cookies or a proxy, and with a connection for each request, since a server may
/// close one after its answer without saying so, as those of HTTP/1.0 do, and a request that meets the close would be lost.
/// </summary>
internal static class DirectConnection
{
    /// <summary>A handler; owned by the caller.</summary>
    public static SocketsHttpHandler Handler() =>
        new() { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero };
}
