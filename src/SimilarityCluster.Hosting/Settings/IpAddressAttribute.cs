using System.ComponentModel.DataAnnotations;
using System.Net;

namespace SimilarityCluster.Hosting.Settings;

/// <summary>Demands an IP address.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class IpAddressAttribute : ValidationAttribute
{
    /// <summary>Makes the demand.</summary>
    public IpAddressAttribute()
        : base("{0}: expected an IP address.")
    {
    }

    /// <inheritdoc/>
    public override bool IsValid(object? value) =>
        value is null || (value is string text && IPAddress.TryParse(text, out _));

    /// <inheritdoc/>
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        IsValid(value)
            ? ValidationResult.Success
            : new ValidationResult(
                $"{FormatErrorMessage(validationContext?.DisplayName ?? string.Empty)} Given '{value}'.");
}
