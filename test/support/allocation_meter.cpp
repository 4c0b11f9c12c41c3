#include "support/allocation_meter.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

#include <malloc.h>

namespace {

// Of this thread. What another thread frees stays counted, so that the figures are never too low.
thread_local std::ptrdiff_t in_use = 0;
thread_local std::ptrdiff_t most_in_use = 0;

void* counted(void* memory) noexcept
{
    in_use += static_cast<std::ptrdiff_t>(::malloc_usable_size(memory));
    most_in_use = std::max(most_in_use, in_use);
    return memory;
}

void* allocate(std::size_t size)
{
    void* const memory = std::malloc(std::max<std::size_t>(size, 1));
    if (memory == nullptr)
        throw std::bad_alloc();
    return counted(memory);
}

void* allocate(std::size_t size, std::align_val_t alignment)
{
    auto const unit = static_cast<std::size_t>(alignment);
    void* const memory = std::aligned_alloc(unit, (std::max<std::size_t>(size, 1) + unit - 1) / unit * unit);
    if (memory == nullptr)
        throw std::bad_alloc();
    return counted(memory);
}

void release(void* memory) noexcept
{
    if (memory == nullptr)
        return;
    in_use -= static_cast<std::ptrdiff_t>(::malloc_usable_size(memory));
    std::free(memory);
}

} // namespace

// All forms, because a sanitizer has its own of those that are left out.
void* operator new(std::size_t size)
{
    return allocate(size);
}

void* operator new(std::size_t size, std::nothrow_t const& /*unused*/) noexcept
{
    return counted(std::malloc(std::max<std::size_t>(size, 1)));
}

void* operator new(std::size_t size, std::align_val_t alignment)
{
    return allocate(size, alignment);
}

void operator delete(void* memory) noexcept
{
    release(memory);
}

void operator delete(void* memory, std::nothrow_t const& /*unused*/) noexcept
{
    release(memory);
}

void operator delete(void* memory, std::size_t /*size*/) noexcept
{
    release(memory);
}

void operator delete(void* memory, std::align_val_t /*alignment*/) noexcept
{
    release(memory);
}

void operator delete(void* memory, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept
{
    release(memory);
}

void* operator new[](std::size_t size)
{
    return allocate(size);
}

void* operator new[](std::size_t size, std::nothrow_t const& /*unused*/) noexcept
{
    return counted(std::malloc(std::max<std::size_t>(size, 1)));
}

void* operator new[](std::size_t size, std::align_val_t alignment)
{
    return allocate(size, alignment);
}

void operator delete[](void* memory) noexcept
{
    release(memory);
}

void operator delete[](void* memory, std::nothrow_t const& /*unused*/) noexcept
{
    release(memory);
}

void operator delete[](void* memory, std::size_t /*size*/) noexcept
{
    release(memory);
}

void operator delete[](void* memory, std::align_val_t /*alignment*/) noexcept
{
    release(memory);
}

void operator delete[](void* memory, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept
{
    release(memory);
}

namespace glacier::test {

allocation_meter::allocation_meter() noexcept : before_(in_use)
{
    most_in_use = in_use;
}

std::size_t allocation_meter::peak() const noexcept
{
    return static_cast<std::size_t>(std::max<std::ptrdiff_t>(most_in_use - before_, 0));
}

} // namespace glacier::test
