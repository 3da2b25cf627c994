using System.Net;

namespace Cohort.Tests.Rewards;

/// <summary>While it lives, this process's proxy, as http_proxy would name it, is a port at which nobody listens.</summary>
internal sealed class DeadProxy : IDisposable
{
    private readonly IWebProxy _usual = HttpClient.DefaultProxy;

    public DeadProxy() => HttpClient.DefaultProxy = new WebProxy("127.0.0.1", 9);

    public void Dispose() => HttpClient.DefaultProxy = _usual;
}
